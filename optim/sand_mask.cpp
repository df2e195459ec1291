#include "optim/sand_mask.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "optim/option.h"
#include "tensor/elementary.h"

namespace sand::optim {
namespace {

constexpr double kSaturated = 20;  // tanh of this or more is 1

/// The release writes 1e-17 over every NaN, in the variance (one domain) and in the mask (0 / 0).
double released(double x) { return x == x ? x : 1e-17; }

}  // namespace

SandMask::SandMask(const SandMaskOptions& options)
    : ByColumn(options.allow_closed ? 1 : 2, options.rescale), tau_(options.tau), k_(options.k) {
  const bool closed = options.allow_closed;
  Option{"SANDMask", "tau", tau_}
      .must(tau_ >= 0 && std::isfinite(tau_), "a number of at least 0")
      .must(tau_ < 1 || closed, "below 1",
            "the agreement s is at most 1, so m = max(0, tanh(k (s - tau) / var)) would be 0 for every weight and nothing would ever "
            "train; tau = 1 is the reference implementation's default; try 0.9, or set allow_closed to see it happen");
  Option{"SANDMask", "k", k_}
      .must(k_ >= 0 && std::isfinite(k_), "a finite number above 0", "for k without bound the mask is ANDMask's")
      .must(k_ > 0 || closed, "above 0",
            "with k = 0 the mask m = max(0, tanh(k (s - tau) / var)) would be 0 for every weight and nothing would ever train; the "
            "reference implementation drew it until July 2021; try 10, or set allow_closed to see it happen");
}

void SandMask::open(Agreement& agreement, std::span<Scalar> mask) const {
  const int n = agreement.columns();
  std::array<double, Agreement::kColumns> x;  // the argument of tanh
  int candidates = 0;
  for (int j = 0; j < n; ++j) {
    x[j] = k_ * (agreement.agreement(j) - tau_);
    candidates += x[j] >= 0;
  }
  if (candidates == 0) {  // most blocks, where many domains must agree
    std::fill(mask.begin(), mask.end(), Scalar{0});
    return;
  }
  agreement.measure_variance();
  for (int j = 0; j < n; ++j) x[j] = released(x[j] / released(agreement.variance(j)));  // 1e-17 is its own tanh
  for (int j = 0; j < n; ++j) x[j] = x[j] > 0 ? x[j] : 0.0;                             // max(0, tanh x) = tanh max(0, x)
  int positive = 0, saturated = 0;
  for (int j = 0; j < n; ++j) positive += x[j] > 0;
  for (int j = 0; j < n; ++j) saturated += x[j] >= kSaturated;
  if (positive == saturated)  // most of the others: gradients differ by little, and 1 / var is large
    for (int j = 0; j < n; ++j) mask[j] = x[j] > 0 ? Scalar{1} : Scalar{0};
  else
    for (int j = 0; j < n; ++j) mask[j] = static_cast<Scalar>(sand::tanh(x[j]));
}

}  // namespace sand::optim
