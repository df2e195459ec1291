#include "domains/dealing.h"

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tensor/random.h"

using namespace sand::domains;

TEST_CASE("Domain h of n gets the examples at positions h, h + n, h + 2n, ... of the shuffle") {
  const std::vector<std::uint32_t> order = sand::Random(5, 0x73687566).permutation(8);
  CHECK(deal(8, 3, 5) == std::vector<std::vector<std::uint32_t>>{{order[0], order[3], order[6]},
                                                                 {order[1], order[4], order[7]},
                                                                 {order[2], order[5]}});
}

TEST_CASE("Six digits are enough; five digits, digits without pixels and no digits are refused") {
  const auto require = [](std::size_t labels, std::size_t images) {
    Digits digits;
    digits.labels.resize(labels);
    digits.pixels.resize(images * Digits::kPixels);
    require_digits("a data set", &digits);
  };
  CHECK_NOTHROW(require(6, 6));
  CHECK_THROWS_WITH_AS(
      require(5, 5),
      "a data set: at least 6 digits, each with 784 pixels and a label\n    labels 5\n    pixels 3920",
      sand::Error);
  CHECK_THROWS_AS(require(7, 6), sand::Error);
  CHECK_THROWS_AS(require_digits("a data set", nullptr), sand::Error);
}
