#include "autograd/ops/pooling.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace sand;

TEST_CASE(
    "Windows are a stride apart, in order of rows, columns and channels, and those that do not fit are "
    "skipped") {
  const PoolOptions options{.window = 3, .stride = 2};
  const Shape y = ops::pooled_shape("op", {2, 5, 8, 2}, options);
  CHECK(y == Shape{2, 2, 3, 2});
  std::vector<std::array<Index, 5>> found, expected;
  ops::each_window(y, options, [&](Index place, Index n, Index i, Index j, Index c) {
    found.push_back({place, n, i, j, c});
  });
  for (const Index n : {0, 1})
    for (const Index i : {0, 2})
      for (const Index j : {0, 2, 4})
        for (const Index c : {0, 1}) expected.push_back({static_cast<Index>(expected.size()), n, i, j, c});
  CHECK(found == expected);
}

TEST_CASE("A window of the image's size fits; a larger window, an empty one and stride 0 are refused") {
  const auto shape = [](Index height, Index width, const PoolOptions& options) {
    return ops::pooled_shape("op", {1, height, width, 1}, options);
  };
  CHECK(shape(3, 3, {3, 1}) == Shape{1, 1, 1, 1});
  CHECK_THROWS_AS(shape(2, 3, {3, 1}), Error);
  CHECK_THROWS_AS(shape(3, 2, {3, 1}), Error);
  CHECK_THROWS_AS(shape(3, 3, {0, 1}), Error);
  CHECK_THROWS_AS(shape(3, 3, {3, 0}), Error);
}
