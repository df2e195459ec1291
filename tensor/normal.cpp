#include "tensor/normal.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tensor/elementary.h"

namespace sand {

namespace {

/// Polynomials of degree 7, lowest power first.
struct Ratio {
  double above[8], below[8];

  /// above(r) / below(r) of some numbers at once: loops over them vectorize.
  template <std::size_t kCount>
  void operator()(const std::array<double, kCount>& r, std::array<double, kCount>& y) const {
    std::array<double, kCount> a, b;
    a.fill(above[7]);
    b.fill(below[7]);
    for (int i = 6; i >= 0; --i)
      for (std::size_t k = 0; k < kCount; ++k) {
        a[k] = std::fma(a[k], r[k], above[i]);
        b[k] = std::fma(b[k], r[k], below[i]);
      }
    for (std::size_t k = 0; k < kCount; ++k) y[k] = a[k] / b[k];
  }
};

/// For shares q + 0.5 with |q| <= kCentral.
constexpr double kCentral = 0.425;
constexpr Ratio kCentre = {
    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
constexpr Ratio kTail = {{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                          3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                          2.27238449892691845833e-2, 7.74545014278341407640e-4},
                         {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                          1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                          1.05075007164441684324e-9}};

template <std::size_t kCount>
using Numbers = std::array<double, kCount>;

template <std::size_t kCount>
void central_quantiles(const Numbers<kCount>& p, Numbers<kCount>& y) {
  Numbers<kCount> r;
  for (std::size_t k = 0; k < kCount; ++k) r[k] = 0.180625 - (p[k] - 0.5) * (p[k] - 0.5);
  kCentre(r, y);
  for (std::size_t k = 0; k < kCount; ++k) y[k] = (p[k] - 0.5) * y[k];
}

template <std::size_t kCount>
void tail_quantiles(const Numbers<kCount>& p, Numbers<kCount>& y) {
  Numbers<kCount> r;
  for (std::size_t k = 0; k < kCount; ++k)
    r[k] = std::sqrt(-sand::log(p[k] - 0.5 < 0 ? p[k] : 1 - p[k])) - 1.6;
  kTail(r, y);
  for (std::size_t k = 0; k < kCount; ++k) y[k] = std::copysign(y[k], p[k] - 0.5);
}

bool is_central(double p) { return std::fabs(p - 0.5) <= kCentral; }

}  // namespace

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
  const Numbers<1> one = {p};
  Numbers<1> y;
  is_central(p) ? central_quantiles(one, y) : tail_quantiles(one, y);
  return y[0];
}

void normal_quantiles(std::span<const double> p, std::span<double> numbers) {
  constexpr std::size_t kCount = 8;
  // Shares of a tail wait until there are enough of them.
  Numbers<2 * kCount> waiting{};
  std::array<std::size_t, 2 * kCount> places{};
  std::size_t count = 0;
  const auto write_tails = [&](std::size_t ready) {
    Numbers<kCount> shares, found;
    std::copy_n(waiting.begin(), kCount, shares.begin());
    tail_quantiles(shares, found);
    for (std::size_t k = 0; k < ready; ++k) numbers[places[k]] = found[k];
    std::copy_n(waiting.begin() + kCount, kCount, waiting.begin());
    std::copy_n(places.begin() + kCount, kCount, places.begin());
    count -= ready;
  };
  for (std::size_t first = 0; first < p.size(); first += kCount) {
    Numbers<kCount> shares, found;
    std::copy_n(p.data() + first, kCount, shares.begin());
    central_quantiles(shares, found);
    std::copy_n(found.begin(), kCount, numbers.data() + first);
    for (std::size_t k = 0; k < kCount; ++k) {
      waiting[count] = shares[k];
      places[count] = first + k;
      count += !is_central(shares[k]);
    }
    if (count >= kCount) write_tails(kCount);
  }
  write_tails(count);
}

}  // namespace sand
