#include "tensor/shape.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using sand::Shape;

TEST_CASE("A shape has a rank, a size and a number of columns") {
  const Shape images{32, 3, 28, 27};
  CHECK(images.rank() == 4);
  CHECK(images.size() == 32 * 3 * 28 * 27);
  CHECK(images.rows() == 32);
  CHECK(images.columns() == 3 * 28 * 27);
  CHECK(images.with_rows(5) == Shape{5, 3, 28, 27});
  CHECK(images.text("n, c, h, w") == "[32, 3, 28, 27]  [n, c, h, w]");
}

TEST_CASE("The shape of one number has rank 0 and size 1") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{}.text() == "[]");
}

TEST_CASE("An axis may have size 0") {
  CHECK(Shape{0, 3}.size() == 0);
  CHECK(Shape{0, 3}.text() == "[0, 3]");
}

TEST_CASE("A shape beyond all memory is refused before anything is allocated") {
  const sand::Index huge = sand::Index{1} << 40;
  CHECK_THROWS_WITH_AS((Shape{huge, huge}), "shape: more numbers than this machine can address", sand::Error);
  CHECK_THROWS_WITH_AS((Shape{2, -1}), "shape: sizes must not be negative, axis 1 is -1", sand::Error);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1}), "shape: at most 4 axes, found 5", sand::Error);
}
