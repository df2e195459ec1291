#include "autograd/arena.h"

#include <algorithm>

namespace sand {

void* Arena::take(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  bytes = std::max((bytes + kLine - 1) / kLine, std::size_t{1}) * kLine;
  const std::size_t room =
      blocks_.empty() ? 0 : static_cast<std::size_t>(blocks_.back().size()) * sizeof(Scalar);
  if (used_ + bytes > room) {
    constexpr std::size_t kSmallest = 1 << 16;
    const std::size_t grown = std::max({bytes, total_, kSmallest});  // doubles, so that there are few blocks
    blocks_.emplace_back(Shape{static_cast<Index>(grown / sizeof(Scalar))});
    total_ += grown;
    used_ = 0;
  }
  std::byte* const start = reinterpret_cast<std::byte*>(blocks_.back().data()) + used_;
  used_ += bytes;
  return start;
}

TensorSpan Arena::tensor(const Shape& shape) {
  const auto fits = [&](const TensorSpan& piece) { return piece.size() == shape.size(); };
  const auto found = std::find_if(spared_.begin(), spared_.end(), fits);
  if (found == spared_.end())
    return {static_cast<Scalar*>(take(static_cast<std::size_t>(shape.size()) * sizeof(Scalar))), shape};
  const TensorSpan piece(found->data(), shape);
  spared_.erase(found);
  return piece;
}

void Arena::clear() { clear(total_); }

void Arena::make_room_like(const Arena& other) {
  clear(other.total_);
  spared_.reserve(other.spared_.capacity());
}

/// Clears, and reserves at least `room` bytes in one block.
void Arena::clear(std::size_t room) {
  used_ = 0;
  spared_.clear();
  if (blocks_.size() <= 1 && total_ >= room) return;
  blocks_.clear();  // one block as large as all pieces, so that the next round fits without growing
  total_ = std::max(total_, room);
  blocks_.emplace_back(Shape{static_cast<Index>(total_ / sizeof(Scalar))});
}

}  // namespace sand
