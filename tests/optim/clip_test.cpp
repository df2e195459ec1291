#include "optim/clip.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tensor/random.h"

using namespace sand;
using namespace sand::optim;

namespace {

constexpr double kUlp = std::numeric_limits<Scalar>::epsilon();
constexpr double kOfLength = kUlp + 1e-14;  // of the products, and of the sum of squares in double

Direction long_direction(Index count, double size) {
  Direction direction{Tensor({count}), Tensor({count})};
  Random random(5);
  for (Scalar& x : direction.values.span().numbers()) x = static_cast<Scalar>(size * random.normal());
  for (Scalar& x : direction.mask.span().numbers()) x = static_cast<Scalar>(random.below(2));
  return direction;
}

long double length(TensorView numbers) {
  long double squares = 0;
  for (const Scalar x : numbers.numbers()) squares += static_cast<long double>(x) * x;
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("A clip by norm bounds the length and keeps the direction, up to rounding") {
  const Direction direction = long_direction(50'001, 3);
  Clipping clipping({.norm = 2});
  const Direction& clipped = clipping(direction);
  CHECK(static_cast<double>(length(clipped.values)) == doctest::Approx(2).epsilon(kOfLength));
  CHECK(clipping.report().norm ==
        doctest::Approx(static_cast<double>(length(direction.values))).epsilon(1e-13));
  CHECK(clipping.report().factor * clipping.report().norm == doctest::Approx(2).epsilon(1e-15));
  for (Index j = 0; j < direction.values.size(); ++j)
    CHECK(std::fabs(clipped.values.view()[j] - clipping.report().factor * direction.values.view()[j]) <=
          kUlp * std::fabs(clipped.values.view()[j]));
  CHECK((clipped.mask.array() == direction.mask.array()).all());
}

TEST_CASE("A direction within both bounds passes with the same bits") {
  const Direction direction = long_direction(1000, 0.01);
  Clipping clipping({.norm = 5, .value = 1});
  CHECK((clipping(direction).values.array() == direction.values.array()).all());
  CHECK(clipping.report().factor == 1);
  CHECK(clipping.report().cut == 0);
}

TEST_CASE("A clip by value cuts exactly the numbers that are larger, and counts them") {
  Direction direction{Tensor(Shape{5}, std::vector<Scalar>{-3, -0.5, 0, 0.5, 0.75})};
  Clipping clipping({.value = 0.5});
  const Direction& clipped = clipping(direction);
  const Scalar expected[] = {-0.5, -0.5, 0, 0.5, 0.5};
  for (Index j = 0; j < 5; ++j) CHECK(clipped.values.view()[j] == expected[j]);
  CHECK(clipping.report().cut == 2);
  CHECK(clipping.report().weights == 5);
  CHECK_FALSE(clipped.has_mask());
}

TEST_CASE("With both bounds, numbers are cut first, and the length is that of the cut direction") {
  Direction direction{Tensor(Shape{2}, std::vector<Scalar>{30, 4})};
  Clipping clipping({.norm = 2.5, .value = 3});
  const Direction& clipped = clipping(direction);
  CHECK(clipping.report().norm == doctest::Approx(std::sqrt(18.0)).epsilon(1e-15));
  CHECK(clipped.values.view()[0] == clipped.values.view()[1]);
  CHECK(static_cast<double>(length(clipped.values)) == doctest::Approx(2.5).epsilon(kOfLength));
}

TEST_CASE("The number of threads changes no bit of a clipped direction, nor of its length") {
  const Direction direction = long_direction(100'003, 1);
  for (const ClipOptions& options : {ClipOptions{.norm = 1}, {.value = 0.3}, {.norm = 1, .value = 0.3}}) {
    Clipping alone(options);
    const Direction& expected = alone(direction, Threads(1));
    for (const int threads : {2, 5}) {
      Clipping clipping(options);
      CHECK((clipping(direction, Threads(threads)).values.array() == expected.values.array()).all());
      CHECK(clipping.report().norm == alone.report().norm);
      CHECK(clipping.report().cut == alone.report().cut);
    }
  }
}

TEST_CASE("The explanation of a clip has the bits of the clip") {
  const Direction direction = long_direction(300, 1);
  for (const ClipOptions& options :
       {ClipOptions{.norm = 1}, {.value = 0.3}, {.norm = 1, .value = 0.3}, {.norm = 1e6}}) {
    Clipping clipping(options);
    const Direction& clipped = clipping(direction);
    for (Index j = 0; j < 300; ++j)
      CHECK(clipping.explain(direction.values.view()[j]).scalar("clipped") == clipped.values.view()[j]);
  }
}

TEST_CASE("Bounds that are negative or not finite are refused") {
  CHECK_THROWS_WITH_AS(Clipping({.norm = -1}),
                       "clip: norm must be a finite number of at least 0\n    found -1", Error);
  CHECK_THROWS_AS(Clipping({.value = std::numeric_limits<double>::quiet_NaN()}), Error);
}
