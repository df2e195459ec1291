#include "optim/agreement.h"

#include <algorithm>

#include "optim/any_order.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {

Agreement::Agreement(const GradientTable& table, Index first, int columns)
    : table_(table),
      first_(first),
      rows_{table.row(0).data() + first, table.stride(), table.domains(), columns} {
  kernels::chosen().signs_and_range(rows_, balance_.data(), low_.data(), high_.data());
  for (int j = 0; j < columns; ++j) {
    const double below = -static_cast<double>(low_[j]), above = high_[j];
    grid_[j] = grid(below > above ? below : above, domains());
  }
  kernels::chosen().sum_on_grid(rows_, grid_.data(), mean_.data());
  const double share = 1.0 / domains();
  for (int j = 0; j < columns; ++j) mean_[j] *= share;
}

void Agreement::measure_variance() {
  const int n = columns();
  for (int j = 0; j < n; ++j) {
    const double range =
        static_cast<double>(high_[j]) - static_cast<double>(low_[j]);  // no deviation is larger
    grid_[j] = grid(range * range, domains());
  }
  kernels::chosen().squares_on_grid(rows_, mean_.data(), grid_.data(), variance_.data());
  // Equal gradients have variance 0, even if their mean was rounded. NaN equals nothing.
  const double per_degree = 1.0 / (domains() - 1);
  for (int j = 0; j < n; ++j) {
    const double sum = variance_[j];
    variance_[j] = (high_[j] == low_[j] ? 0.0 : sum) * per_degree;
  }
}

}  // namespace sand::optim
