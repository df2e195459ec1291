// Dense row-major blocks of Scalar: Tensor owns one, TensorView reads one, TensorSpan writes one.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <new>
#include <span>

#include "tensor/error.h"
#include "tensor/scalar.h"
#include "tensor/shape.h"

namespace sand {

using RowMajorMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FlatArray = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

/// Reads a block it does not own. Empty (data() == nullptr) if there is nothing to read.
class TensorView {
 public:
  TensorView() = default;
  /// `data` must outlive the view.
  TensorView(const Scalar* data, const Shape& shape) : data_(data), shape_(shape) {}

  const Scalar* data() const { return data_; }   ///< the first number, or null
  const Shape& shape() const { return shape_; }  ///< sizes of the axes
  /// Number of numbers; 0 if it is empty.
  Index size() const { return data_ != nullptr ? shape_.size() : 0; }
  Scalar operator[](Index i) const { return data_[i]; }        ///< number i in row-major order, unchecked
  explicit operator bool() const { return data_ != nullptr; }  ///< whether there is anything to read
  /// All numbers in row-major order.
  std::span<const Scalar> numbers() const { return {data_, static_cast<std::size_t>(size())}; }

  /// All numbers as one vector, for elementwise expressions.
  Eigen::Map<const FlatArray> array() const { return {data_, size()}; }
  /// [rows, everything else], for algebra.
  Eigen::Map<const RowMajorMatrix> matrix() const { return {data_, shape_.rows(), shape_.columns()}; }
  /// Rows first .. first + count - 1, without copying.
  TensorView rows(Index first, Index count) const {
    return {data_ + first * shape_.columns(), shape_.with_rows(count)};
  }

 private:
  const Scalar* data_ = nullptr;
  Shape shape_;
};

/// Writes a block it does not own. An empty outgoing gradient means: not needed.
class TensorSpan {
 public:
  TensorSpan() = default;
  /// `data` must outlive the span.
  TensorSpan(Scalar* data, const Shape& shape) : data_(data), shape_(shape) {}
  operator TensorView() const { return {data_, shape_}; }  ///< to read

  Scalar* data() const { return data_; }         ///< the first number, or null
  const Shape& shape() const { return shape_; }  ///< sizes of the axes
  /// Number of numbers; 0 if it is empty.
  Index size() const { return data_ != nullptr ? shape_.size() : 0; }
  Scalar& operator[](Index i) const { return data_[i]; }       ///< number i in row-major order, unchecked
  explicit operator bool() const { return data_ != nullptr; }  ///< whether it is needed
  /// All numbers in row-major order.
  std::span<Scalar> numbers() const { return {data_, static_cast<std::size_t>(size())}; }

  Eigen::Map<FlatArray> array() const { return {data_, size()}; }  ///< all numbers as one vector
  /// [rows, everything else].
  Eigen::Map<RowMajorMatrix> matrix() const { return {data_, shape_.rows(), shape_.columns()}; }
  /// Rows first .. first + count - 1, without copying.
  TensorSpan rows(Index first, Index count) const {
    return {data_ + first * shape_.columns(), shape_.with_rows(count)};
  }

 private:
  Scalar* data_ = nullptr;
  Shape shape_;
};

/// Owns a block, aligned for the widest vector and initially zero. Movable; copied only by `copy()`.
class Tensor {
 public:
  Tensor() = default;
  /// Throws Error(resources) if there is not enough memory.
  explicit Tensor(const Shape& shape);
  /// Throws Error(usage) unless the counts agree
  Tensor(const Shape& shape, std::span<const Scalar> numbers);
  /// A block of its own with the same numbers.
  Tensor copy() const { return data_ ? Tensor(shape_, view().numbers()) : Tensor(); }

  TensorView view() const { return {data_.get(), shape_}; }  ///< to read, while this tensor lives
  TensorSpan span() { return {data_.get(), shape_}; }        ///< to write, while this tensor lives
  operator TensorView() const { return view(); }             ///< to read
  operator TensorSpan() { return span(); }                   ///< to write

  const Scalar* data() const { return data_.get(); }        ///< the first number, or null
  Scalar* data() { return data_.get(); }                    ///< the same, to write
  const Shape& shape() const { return shape_; }             ///< sizes of the axes
  Index size() const { return data_ ? shape_.size() : 0; }  ///< number of numbers; 0 if it is empty
  Scalar operator[](Index i) const { return data_[static_cast<std::size_t>(i)]; }  ///< number i, unchecked
  Scalar& operator[](Index i) { return data_[static_cast<std::size_t>(i)]; }       ///< the same, to write

  auto array() const { return view().array(); }    ///< all numbers as one vector
  auto array() { return span().array(); }          ///< the same, to write
  auto matrix() const { return view().matrix(); }  ///< [rows, everything else]
  auto matrix() { return span().matrix(); }        ///< the same, to write

 private:
  struct Free {
    std::align_val_t alignment;  // of the allocation
    void operator()(Scalar* block) const noexcept;
  };
  std::unique_ptr<Scalar[], Free> data_;
  Shape shape_;
};

}  // namespace sand
