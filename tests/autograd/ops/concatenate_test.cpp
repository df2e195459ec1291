#include "autograd/ops/concatenate.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

Var two_parts(std::span<const Var> x) { return concatenate(x[0], x[1]); }

Shape joined_shape(const Shape& a, const Shape& b) {
  std::vector<Tensor> leaves;
  leaves.emplace_back(a);
  leaves.emplace_back(b);
  return value_of(leaves, two_parts).shape();
}

}  // namespace

TEST_CASE("concatenate has the gradient of its formula") {
  for (const auto& [a, b] : {std::pair{Shape{1}, Shape{3}},
                             {Shape{3, 17}, Shape{1, 17}},
                             {Shape{2, 3, 1, 5}, Shape{4, 3, 1, 5}},
                             {Shape{}, Shape{}},
                             {Shape{}, Shape{3, 1}},
                             {Shape{3}, Shape{}}})
    check_op({a, b}, two_parts);
}

TEST_CASE("concatenate of a value with itself counts both uses") {
  check_op({Shape{3, 17}}, [](std::span<const Var> x) { return concatenate(x[0], x[0]); });
}

TEST_CASE("concatenate keeps rows in their order, and NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2}, std::vector<Scalar>{1, 2});
  leaves.emplace_back(Shape{2, 2}, std::vector<Scalar>{3, 4, 5, NAN});
  const Tensor y = value_of(leaves, two_parts);
  REQUIRE(y.shape() == Shape{3, 2});
  for (Index i = 0; i < 5; ++i) CHECK(y[i] == static_cast<Scalar>(i + 1));
  CHECK(std::isnan(y[5]));
}

TEST_CASE("concatenate counts a single number as one row of one number") {
  CHECK(joined_shape({}, {}) == Shape{2});
  CHECK(joined_shape({}, {3}) == Shape{4});
  CHECK(joined_shape({3, 1}, {}) == Shape{4, 1});
  CHECK(joined_shape({}, {2, 1, 1}) == Shape{3, 1, 1});
}

TEST_CASE("concatenate of no rows and some is these rows") {
  CHECK(joined_shape({0, 3}, {2, 3}) == Shape{2, 3});
  CHECK(joined_shape({2, 3}, {0, 3}) == Shape{2, 3});
}

TEST_CASE("concatenate of many parts keeps their order, and each part gets its own gradient") {
  for (int parts = 1; parts <= 9; ++parts) {
    std::vector<Tensor> leaves;
    for (int i = 0; i < parts; ++i)
      leaves.emplace_back(Shape{}, std::vector<Scalar>{static_cast<Scalar>(10 + i)});
    const Tensor y = value_of(leaves, [](std::span<const Var> x) { return concatenate(x); });
    CHECK(y.size() == parts);
    for (int i = 0; i < parts; ++i) CHECK(y[i] == 10 + i);
    check_op(std::vector<Shape>(static_cast<std::size_t>(parts), Shape{2, 3}),
             [](std::span<const Var> x) { return concatenate(x); });
  }
}

TEST_CASE("concatenate refuses rows of different shapes, and no parts") {
  const auto error = [](const Shape& a, const Shape& b) { return error_of({a, b}, two_parts); };
  CHECK(error({2, 3}, {2, 4}) ==
        "concatenate: rows of a and b must have the same shape\n a [2, 3]\n b [2, 4]");
  CHECK(error({2}, {2, 1}).find("concatenate: rows of a and b must have the same shape") == 0);
  CHECK(error({}, {2, 3}).find("concatenate: rows of a and b must have the same shape") == 0);
  CHECK(error({2, 3}, {}).find("concatenate: rows of a and b must have the same shape") == 0);
  CHECK(error_of({}, [](std::span<const Var> x) { return concatenate(x); }) ==
        "concatenate: there must be a part");
}
