// The sizes of a tensor's axes: at most four, row-major, no strides.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "tensor/scalar.h"

namespace sand {

/// Rank 0 (one number) to 4, e.g. [n, c, h, w]. The product of the sizes fits an Index.
class Shape {
 public:
  static constexpr int kMaxRank = 4;  ///< most axes

  Shape() = default;
  /// Throws Error(usage) for more than kMaxRank axes or a negative size.
  Shape(std::initializer_list<Index> sizes) : Shape(std::span<const Index>(sizes.begin(), sizes.size())) {}
  /// Throws Error(usage) for more than four axes, a negative size, or a product that overflows.
  explicit Shape(std::span<const Index> sizes);

  int rank() const { return rank_; }    ///< number of axes
  Index size() const { return size_; }  ///< number of elements
  /// Size of an axis, from 0.
  Index operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  Index rows() const { return rank_ == 0 ? 1 : sizes_[0]; }  ///< n: the first axis
  /// numbers in one row: all later axes together
  Index columns() const { return rows() == 0 ? 0 : size_ / rows(); }
  /// The same row shape with another number of rows: [n, c, h, w] -> [rows, c, h, w].
  Shape with_rows(Index rows) const;

  friend bool operator==(const Shape&, const Shape&) = default;  ///< of all sizes

  /// "[32, 3, 28, 28]", and with axis names "[32, 3, 28, 28]  [n, c, h, w]".
  std::string text(std::string_view axes = {}) const;

 private:
  std::array<Index, kMaxRank> sizes_{};
  int rank_ = 0;
  Index size_ = 1;
};

}  // namespace sand
