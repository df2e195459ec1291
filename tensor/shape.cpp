#include "tensor/shape.h"

#include "tensor/error.h"

namespace sand {

Shape::Shape(std::span<const Index> sizes) : rank_(static_cast<int>(sizes.size())) {
  check(sizes.size() <= kMaxRank, [&] {
    return Error(Fault::usage, "shape: at most " + std::to_string(kMaxRank) + " axes, found " +
                                   std::to_string(sizes.size()));
  });
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    check(sizes[axis] >= 0, [&] {
      return Error(Fault::usage, "shape: sizes must not be negative, axis " + std::to_string(axis) + " is " +
                                     std::to_string(sizes[axis]));
    });
    check(!__builtin_mul_overflow(size_, sizes[axis], &size_),
          [&] { return Error(Fault::usage, "shape: more numbers than this machine can address"); });
    sizes_[axis] = sizes[axis];
  }
}

Shape Shape::with_rows(Index rows) const {
  std::array<Index, kMaxRank> sizes = sizes_;
  sizes[0] = rows;
  return Shape(std::span<const Index>(sizes.data(), static_cast<std::size_t>(rank_ == 0 ? 1 : rank_)));
}

std::string Shape::text(std::string_view axes) const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) text += (axis ? ", " : "") + std::to_string((*this)[axis]);
  text += "]";
  if (!axes.empty()) text += "  [" + std::string(axes) + "]";
  return text;
}

}  // namespace sand
