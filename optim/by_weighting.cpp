#include "optim/by_weighting.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "optim/option.h"
#include "tensor/finite.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {
namespace {

constexpr Index kWeighedColumns = 256;  // of one call of the kernel
constexpr Index kWeighedTask = 16 * kWeighedColumns;

kernels::Rows columns_of(const GradientTable& table, Index first, Index columns) {
  return {table.row(0).data() + first, table.stride(), table.domains(), columns};
}

/// The weights if the Gram matrix is not finite.
Eigen::VectorXd weights_without_gram(const GradientTable& table) {
  bool finite = true;
  for (int e = 0; e < table.domains(); ++e) finite = finite && all_finite(table.row(e));
  return Eigen::VectorXd::Constant(table.domains(),
                                   finite ? std::numeric_limits<double>::quiet_NaN() : 1.0 / table.domains());
}

}  // namespace

const Direction& ByWeighting::combine(const GradientTable& table, const Threads& threads) {
  check_domains(name(), fewest_domains_, table.domains());
  const Index end = table.columns();
  const Threads team = end * table.domains() < kWorthATeam ? Threads(1) : threads;
  if (direction_.values.size() != end) direction_.values = Tensor({end});
  direction_.gram = gram_(table, team);
  if (direction_.gram.array().isFinite().all()) {
    direction_.weights = weigh({direction_.gram, table.losses(), table.seed, table.step}, nullptr);
    keep(direction_.weights);
  } else {
    direction_.weights = weights_without_gram(table);
  }
  std::atomic<bool> finite = true;
  team.run(static_cast<int>((end + kWeighedTask - 1) / kWeighedTask), [&](int task, int) {
    for (Index first = task * kWeighedTask; first < std::min(end, (task + 1) * kWeighedTask);
         first += kWeighedColumns) {
      const Index columns = std::min(kWeighedColumns, end - first);
      Scalar* const values = direction_.values.data() + first;
      kernels::chosen().weighted_sum(columns_of(table, first, columns), direction_.weights.data(), values);
      if (!all_finite({values, static_cast<std::size_t>(columns)})) finite = false;
    }
  });
  direction_.finite = finite;
  return direction_;
}

Terms ByWeighting::explain(const GradientTable& table, Index column) const {
  Terms terms;
  const Eigen::VectorXd weights =
      direction_.gram.array().isFinite().all()
          ? weigh({direction_.gram, table.losses(), table.seed, table.step}, &terms)
          : weights_without_gram(table);
  Scalar value;
  kernels::chosen().weighted_sum(columns_of(table, column, 1), weights.data(), &value);
  terms.add_scalar("direction", "d", value, "sum_e w_e g_e, the direction");
  return terms;
}

}  // namespace sand::optim
