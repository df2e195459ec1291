#include "optim/draws.h"

#include <cmath>

#include "tensor/elementary.h"
#include "tensor/random.h"

namespace sand::optim {

void uniform_by_column(const Agreement& agreement, std::uint32_t stream,
                       std::array<double, Agreement::kColumns>& numbers) {
  const GradientTable& table = agreement.table();
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(table.seed),
                                            static_cast<std::uint32_t>(table.seed >> 32)};
  std::array<std::uint32_t, 4> words{};
  for (Index j = agreement.first(), end = j + agreement.columns(); j < end; ++j) {
    if (j == agreement.first() || j % 4 == 0)
      words = philox({0, stream, table.step, static_cast<std::uint32_t>(j / 4)}, key);
    numbers[static_cast<std::size_t>(j - agreement.first())] =
        (words[static_cast<std::size_t>(j % 4)] + 0.5) * 0x1p-32;
  }
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

}  // namespace sand::optim
