#include "tensor/tensor.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>

using sand::Index;
using sand::Scalar;
using sand::Shape;
using sand::Tensor;
using sand::TensorSpan;
using sand::TensorView;

namespace {

/// 0, 1, 2, ... in the order of memory.
Tensor counted(const Shape& shape) {
  Tensor x(shape);
  std::iota(x.span().numbers().begin(), x.span().numbers().end(), Scalar{0});
  return x;
}

}  // namespace

TEST_CASE("A new tensor is zero and begins at a cache line") {
  for (const Index size : {0, 1, 3, 15, 16, 17, 1000}) {
    const Tensor x({size});
    CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0);
    CHECK((x.array() == Scalar{0}).all());
  }
}

TEST_CASE("A tensor holds the given numbers and refuses any other count") {
  const std::vector<Scalar> numbers = {1, 2, 3, 4, 5, 6};
  const Tensor x({2, 3}, numbers);
  CHECK(x.matrix()(1, 0) == 4);
  CHECK(x[5] == 6);
  CHECK_THROWS_WITH_AS(Tensor({2, 2}, numbers), "tensor: [2, 2] holds 4 numbers, found 6", sand::Error);
}

TEST_CASE("A tensor without memory has size 0, and its views are empty") {
  const Tensor none;
  CHECK(none.size() == 0);
  CHECK_FALSE(none.view());
  CHECK_FALSE(TensorSpan());
  CHECK(Tensor(Shape{}).view());
  CHECK(Tensor(Shape{}).size() == 1);
}

TEST_CASE("Rows of a view share its memory, for any later axes") {
  Tensor x = counted({4, 2, 3});
  const TensorView middle = x.view().rows(1, 2);
  CHECK(middle.shape() == Shape{2, 2, 3});
  CHECK(middle.data() == x.data() + 6);
  CHECK(middle[0] == 6);
  x.span().rows(3, 1).array() = 0;
  CHECK(x[17] == 17);
  CHECK((x.array().tail(6) == Scalar{0}).all());
  CHECK(x.view().rows(4, 0).size() == 0);
}

TEST_CASE("As a matrix, a row is the first axis and a column everything after it") {
  const Tensor x = counted({2, 3, 4});
  CHECK(x.matrix().rows() == 2);
  CHECK(x.matrix().cols() == 12);
  CHECK(x.matrix()(1, 5) == 17);
  CHECK(counted({5}).matrix().cols() == 1);
}

TEST_CASE("A copy shares no memory with its original, and a move transfers the memory") {
  Tensor x = counted({2, 2});
  const Tensor copy = x.copy();
  const Scalar* memory = x.data();
  x[0] = 7;
  CHECK(copy[0] == 0);
  CHECK(copy.shape() == x.shape());
  const Tensor moved = std::move(x);
  CHECK(moved.data() == memory);
}

TEST_CASE("A tensor beyond all memory is refused with its shape") {
  const Index huge = Index{1} << 55;
  CHECK_THROWS_WITH_AS(Tensor({huge}),
                       ("tensor: no memory for [36028797018963968], 36028797018963968 numbers of " +
                        std::to_string(sizeof(Scalar)) + " bytes")
                           .c_str(),
                       sand::Error);
  CHECK_THROWS_AS(Tensor({INTPTR_MAX}), sand::Error);
  CHECK_THROWS_AS(Tensor({static_cast<Index>(SIZE_MAX / sizeof(Scalar))}),
                  sand::Error);  // rounded up to cache lines, it would wrap to 0
}
