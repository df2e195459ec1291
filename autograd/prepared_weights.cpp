#include "autograd/prepared_weights.h"

#include "tensor/kernels/kernels.h"

namespace sand {

void PreparedWeights::prepare(const Parameters& parameters, const Threads& threads) {
  const kernels::Table& table = kernels::chosen();
  const std::vector<Slot>& slots = parameters.slots();
  for (std::size_t i = pairs_.size(); i < slots.size(); ++i) {
    Pair& pair = pairs_.emplace_back();
    const Shape& w = slots[i].shape;
    if (w.rank() != 2) continue;
    pair.transposed = Tensor(Shape{table.packed_size(w[1], w[0])});
    pair.straight = Tensor(Shape{table.packed_size(w[0], w[1])});
  }
  constexpr int kParts = 4;  // pieces of work per packing, so that a few layers keep many threads busy
  threads.run(static_cast<int>(slots.size()) * kParts, [&](int task, int) {
    const Slot& slot = slots[static_cast<std::size_t>(task / kParts)];
    Pair& pair = pairs_[static_cast<std::size_t>(slot.index)];
    if (slot.shape.rank() != 2) return;
    const Index out = slot.shape[0], in = slot.shape[1];
    const kernels::Strided w{parameters[slot].data(), in, 1};
    table.pack(w.transposed(), in, out, pair.transposed.data(), task % kParts, kParts);
    table.pack(w, out, in, pair.straight.data(), task % kParts, kParts);
  });
}

PackedPair PreparedWeights::operator[](const Slot& slot) const {
  const Pair& pair = pairs_[static_cast<std::size_t>(slot.index)];
  return {pair.transposed.data(), pair.straight.data()};
}

}  // namespace sand
