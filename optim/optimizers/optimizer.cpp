#include "optim/optimizers/optimizer.h"

#include <algorithm>

#include "tensor/finite.h"

namespace sand::optim {

void Optimizer::restart() {
  for (StateBlock& block : state_) block.numbers.array().setZero();
  steps_ = 0;
}

void Optimizer::resume(const std::vector<std::vector<Scalar>>& blocks, std::int64_t steps) {
  check(blocks.size() == state_.size(), [&] {
    return Error(Fault::usage,
                 std::string(name()) + ": a list of numbers for each block of the state is needed")
        .fact("blocks", std::to_string(state_.size()))
        .fact("found", std::to_string(blocks.size()));
  });
  std::vector<Tensor> read;
  bool finite = true;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    read.emplace_back(state_[i].numbers.shape(), std::span(blocks[i]));
    finite = finite && all_finite(read.back().view().numbers());
  }
  check(steps >= 0 && finite && reachable(read), [&] {
    return Error(Fault::data, std::string(name()) + ": " + rule_of_state())
        .fact("steps", std::to_string(steps));
  });
  for (std::size_t i = 0; i < read.size(); ++i) state_[i].numbers = std::move(read[i]);
  steps_ = steps;
}

StateLayout Optimizer::layout() const {
  StateLayout layout{key(), name(), {}};
  for (const StateBlock& block : state_) layout.blocks.emplace_back(block.name);
  return layout;
}

}  // namespace sand::optim
