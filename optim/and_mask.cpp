#include "optim/and_mask.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "optim/any_order.h"
#include "optim/option.h"
#include "tensor/elementary.h"

namespace sand::optim {
namespace {

double checked(const char* method, double tau) {
  Option{method, "tau", tau}.must(tau >= 0 && tau <= 1, "in [0, 1]",
                                  "tau is compared with the agreement of the domains, 0 (none) to 1 (all)");
  return tau;
}

void unanimity(const Agreement& agreement, double tau, std::span<Scalar> mask) {
  for (int j = 0; j < agreement.columns(); ++j) mask[j] = agreement.agreement(j) >= tau ? Scalar{1} : Scalar{0};
}

}  // namespace

AndMask::AndMask(const AndMaskOptions& options) : ByColumn(2, options.rescale), tau_(checked("ANDMask", options.tau)) {}

void AndMask::open(Agreement& agreement, std::span<Scalar> mask) const { unanimity(agreement, tau_, mask); }

GeometricMean::GeometricMean(const AndMaskOptions& options) : ByColumn(2, options.rescale), tau_(checked("GeometricMean", options.tau)) {}

void GeometricMean::open(Agreement& agreement, std::span<Scalar> mask) const { unanimity(agreement, tau_, mask); }

void GeometricMean::average(const Agreement& agreement, std::span<Scalar> values) const {
  constexpr double kLargestLog = std::numeric_limits<Scalar>::max_exponent;  // ln of any Scalar is below its exponent
  const double step = grid(kLargestLog, agreement.domains());
  const int n = agreement.columns();
  std::array<double, Agreement::kColumns> logs{};
  for (int e = 0; e < agreement.domains(); ++e) {
    const Scalar* g = agreement.row(e);
    for (int j = 0; j < n; ++j) logs[j] += on_grid(sand::log(std::fabs(static_cast<double>(g[j])) + 1e-10), step);
  }
  for (int j = 0; j < n; ++j) {
    const double mean = agreement.mean(j);
    const double magnitude = sand::exp(logs[j] / agreement.domains());
    values[j] = static_cast<Scalar>(mean == 0 ? 0.0 : std::copysign(magnitude, mean));
  }
}

}  // namespace sand::optim
