#include "autograd/gradient_table.h"

namespace sand {
namespace {

constexpr Index kLine = 64 / sizeof(Scalar);  // numbers in a cache line

/// Rounds up to an odd number of cache lines: rows that start a power of two apart would share cache sets.
Index odd_lines(Index columns) { return ((columns + kLine - 1) / kLine | 1) * kLine; }

Index total(const std::vector<Slot>& slots) {
  return slots.empty() ? 0 : slots.back().offset + slots.back().shape.size();
}

}  // namespace

GradientTable::GradientTable(std::vector<Slot> slots, int domains)
    : slots_(std::move(slots)),
      domains_(domains),
      columns_(total(slots_)),
      stride_(odd_lines(columns_)),
      rows_(Shape{domains, stride_}),
      losses_(static_cast<std::size_t>(domains)) {}

}  // namespace sand
