// One row per domain, one column per weight: the input of the combiners (optim/).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "autograd/parameters.h"
#include "tensor/tensor.h"

namespace sand {

/// g[e, j] = d loss_e / d weight_j, where loss_e is the mean loss of domain e's rows of the batch.
class GradientTable {
 public:
  /// A table of zeros with a column for every number of `slots`.
  GradientTable(std::vector<Slot> slots, int domains);

  int domains() const { return domains_; }                   ///< E
  Index columns() const { return columns_; }                 ///< J, the number of weights
  const std::vector<Slot>& slots() const { return slots_; }  ///< the columns of each parameter tensor
  /// G[domain, :], [J].
  std::span<const Scalar> row(int domain) const {
    return {start(domain), static_cast<std::size_t>(columns_)};
  }
  /// The same, to write.
  std::span<Scalar> row(int domain) {
    return {rows_.data() + domain * stride_, static_cast<std::size_t>(columns_)};
  }
  Index stride() const { return stride_; }  ///< numbers from the start of one row to that of the next
  /// The part of one domain's row that belongs to one parameter tensor.
  TensorView gradient(int domain, const Slot& slot) const {
    return {start(domain) + slot.offset, slot.shape};
  }

  std::span<const double> losses() const { return losses_; }  ///< [E]
  std::span<double> losses() { return losses_; }              ///< the same, to write

  double objective = 0;  ///< the number whose gradient is the mean of the rows
  double penalty = 0;    ///< the part of it that is not the mean loss, without its weight

  std::uint64_t seed = 0;  ///< of the run, and
  std::uint32_t step = 0;  ///< the number of the batch: the key of what a method draws at random

 private:
  const Scalar* start(int domain) const { return rows_.data() + domain * stride_; }

  std::vector<Slot> slots_;
  int domains_;
  Index columns_;
  Index stride_;  // columns_ rounded up to whole cache lines
  Tensor rows_;
  std::vector<double> losses_;
};

}  // namespace sand
