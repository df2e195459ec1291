#include "optim/agreement.h"

#include <algorithm>
#include <cmath>

#include "optim/any_order.h"

namespace sand::optim {

// Plain loops along the columns, one thing each: compilers turn every one of them into vector code.

Agreement::Agreement(const GradientTable& table, Index first, int columns)
    : table_(table), first_(first), domains_(table.domains()), columns_(columns) {
  const int n = columns_;
  std::fill_n(balance_.begin(), n, 0);
  std::copy_n(row(0), n, low_.begin());
  std::copy_n(row(0), n, high_.begin());
  for (int e = 0; e < domains(); ++e) {
    const Scalar* g = row(e);
    for (int j = 0; j < n; ++j) {
      balance_[j] += (g[j] > 0) - (g[j] < 0);
      low_[j] = g[j] < low_[j] ? g[j] : low_[j];
      high_[j] = g[j] > high_[j] ? g[j] : high_[j];
    }
  }

  for (int j = 0; j < n; ++j) {
    const double below = -static_cast<double>(low_[j]), above = high_[j];
    grid_[j] = grid(below > above ? below : above, domains());
  }
  std::fill_n(mean_.begin(), n, 0.0);
  for (int e = 0; e < domains(); ++e) {
    const Scalar* g = row(e);
    for (int j = 0; j < n; ++j) mean_[j] += on_grid(g[j], grid_[j]);
  }
  const double share = 1.0 / domains();
  for (int j = 0; j < n; ++j) mean_[j] *= share;
}

void Agreement::measure_variance() {
  const int n = columns_;
  for (int j = 0; j < n; ++j) {
    const double range = static_cast<double>(high_[j]) - static_cast<double>(low_[j]);  // no deviation is larger
    grid_[j] = grid(range * range, domains());
  }
  std::fill_n(variance_.begin(), n, 0.0);
  for (int e = 0; e < domains(); ++e) {
    const Scalar* g = row(e);
    for (int j = 0; j < n; ++j) {
      const double deviation = g[j] - mean_[j];
      variance_[j] += std::fma(deviation, deviation, grid_[j]) - grid_[j];  // on_grid of the square, with one rounding less
    }
  }
  // Equal gradients have no variance, even where their mean had to be rounded. A NaN is equal to nothing.
  const double per_degree = 1.0 / (domains() - 1);
  for (int j = 0; j < n; ++j) {
    const double sum = variance_[j];
    variance_[j] = (high_[j] == low_[j] ? 0.0 : sum) * per_degree;
  }
}

}  // namespace sand::optim
