#include "tensor/finite.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "tensor/error.h"

using namespace sand;

namespace {

constexpr Scalar kScalarInfinity = std::numeric_limits<Scalar>::infinity(),
                 kQuietNaN = std::numeric_limits<Scalar>::quiet_NaN();
constexpr Scalar kLargestScalar = std::numeric_limits<Scalar>::max(),
                 kLeast = std::numeric_limits<Scalar>::denorm_min();

}  // namespace

TEST_CASE("One non-finite number is found at every position, with any sign and payload") {
  for (const std::size_t count : {1, 2, 7, 8, 9, 31, 100, 1024})
    for (const Scalar bad : {kScalarInfinity, -kScalarInfinity, kQuietNaN, -kQuietNaN,
                             std::numeric_limits<Scalar>::signaling_NaN()}) {
      std::vector<Scalar> numbers(count, kLargestScalar);
      CHECK(all_finite(numbers));
      for (Scalar& number : numbers) {
        number = bad;
        CHECK_FALSE(all_finite(numbers));
        number = -kLargestScalar;
      }
      CHECK(all_finite(numbers));
    }
}

TEST_CASE("Zeros, the smallest and the largest numbers are finite, and so is an empty block") {
  CHECK(all_finite(std::vector<Scalar>{0, -Scalar{0}, kLeast, -kLeast, kLargestScalar, -kLargestScalar}));
  CHECK(all_finite({}));
}

TEST_CASE("A range counts the non-finite numbers that it leaves out") {
  CHECK(range_text(std::vector<Scalar>{3, -1.5, 2}) == "3 numbers from -1.5 to 3");
  CHECK(range_text(std::vector<Scalar>{kQuietNaN, 3, -kScalarInfinity, -1.5, kQuietNaN}) ==
        "5 numbers from -1.5 to 3, 2 NaN, 1 infinite");
  CHECK(range_text(std::vector<Scalar>{0}) == "1 number from 0 to 0");
  CHECK(range_text(std::vector<Scalar>{kScalarInfinity, -kScalarInfinity}) == "2 numbers, 2 infinite");
  CHECK(range_text({}) == "0 numbers");
}

TEST_CASE("A non-finite number is refused with the name of its block, and huge finite numbers are accepted") {
  std::vector<Scalar> numbers(100, kLargestScalar);
  CHECK_NOTHROW(check_finite(numbers, "step 3: a weight"));
  for (const Scalar bad : {kScalarInfinity, kQuietNaN}) {
    numbers[57] = bad;
    CHECK_THROWS_WITH_AS(check_finite(numbers, "step 3: a weight"),
                         doctest::Contains("step 3: a weight is not finite\n    found 100 numbers"), Error);
  }
}
