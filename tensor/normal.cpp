#include "tensor/normal.h"

#include <cmath>

#include "tensor/elementary.h"

namespace sand {

double normal_cdf(double x) {
  constexpr double kRootOf2Pi = 0x1.40d931ff62706p+1;
  const double a = detail::clamp(std::fabs(x), 0.0, 40.0);  // the share beyond 40 underflows
  const double square = a * a, lost = std::fma(a, a, -square);
  const double density = sand::exp(-0.5 * square) * (1.0 - 0.5 * lost) / kRootOf2Pi;
  if (a < 2.5) {
    // Share between 0 and a: density (a + a^3 / 3 + a^5 / (3 5) + ...). The first omitted term is below
    // 1e-19.
    double series = 1;
    for (int k = 30; k >= 1; --k) series = std::fma(series, square / (2 * k + 1), 1.0);
    return 0.5 + std::copysign(density * a * series, x);
  }
  // Share above a: density / (a + 1 / (a + 2 / (a + 3 / ...))), Laplace's continued fraction. The rest after
  // 60 terms is below 2e-15.
  double below = a;
  for (int k = 60; k >= 1; --k) below = a + k / below;
  const double tail = density / below;
  return x > 0 ? 1.0 - tail : tail;
}

double normal_quantile(double p) {
  const auto ratio = [](double r, const double(&above)[8], const double(&below)[8]) {
    double a = above[7], b = below[7];
    for (int i = 6; i >= 0; --i) a = std::fma(a, r, above[i]), b = std::fma(b, r, below[i]);
    return a / b;
  };
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    constexpr double kAbove[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
    constexpr double kBelow[8] = {1.0,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
    return q * ratio(0.180625 - q * q, kAbove, kBelow);
  }
  constexpr double kAbove[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kBelow[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
  const double tail = q < 0 ? p : 1 - p;
  return std::copysign(ratio(std::sqrt(-sand::log(tail)) - 1.6, kAbove, kBelow), q);
}

}  // namespace sand
