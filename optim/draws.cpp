#include "optim/draws.h"

#include <cmath>

#include "tensor/elementary.h"
#include "tensor/random.h"

namespace sand::optim {

namespace {

bool is_central(double p) { return std::fabs(p - 0.5) <= 0.425; }

/// The quantile for a central p, without a branch: loops vectorize.
double central_quantile(double p) {
  const double q = p - 0.5, r = 0.180625 - q * q;
  const double above = detail::polynomial(
      r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0);
  const double below = detail::polynomial(
      r, 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0);
  return q * (above / below);
}

double tail_quantile(double p) {
  const double tail = p < 0.5 ? p : 1 - p, r = std::sqrt(-sand::log(tail)) - 1.6;
  const double above =
      detail::polynomial(r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                         1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
                         4.63033784615654529590e0, 1.42343711074968357734e0);
  const double below =
      detail::polynomial(r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                         1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
                         2.05319162663775882187e0, 1.0);
  return std::copysign(above / below, p - 0.5);
}

}  // namespace

void uniform_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers) {
  const GradientTable& table = agreement.table();
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(table.seed),
                                            static_cast<std::uint32_t>(table.seed >> 32)};
  const Index first = agreement.first(), columns = agreement.columns(), skipped = first % 4;
  // Whole eights of counters, each for four columns; those before the first and after the last are not used.
  std::array<std::uint32_t, Agreement::kColumns + 32> words;
  const auto eights = static_cast<std::size_t>((skipped + columns + 31) / 32);
  philox_run({0, stream, table.step, static_cast<std::uint32_t>(first / 4)}, key,
             std::span(words).first(32 * eights));
  const std::uint32_t* const bits = words.data() + skipped;
  for (Index j = 0; j < columns; ++j) numbers[static_cast<std::size_t>(j)] = (bits[j] + 0.5) * 0x1p-32;
}

void normal_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers) {
  NumberByColumn uniform;
  uniform_by_column(agreement, stream, uniform);
  const auto columns = static_cast<std::size_t>(agreement.columns());
  for (std::size_t j = 0; j < columns; ++j) numbers[j] = central_quantile(uniform[j]);
  for (std::size_t j = 0; j < columns; ++j)
    if (!is_central(uniform[j])) numbers[j] = tail_quantile(uniform[j]);
}

double normal_quantile(double p) { return is_central(p) ? central_quantile(p) : tail_quantile(p); }

}  // namespace sand::optim
