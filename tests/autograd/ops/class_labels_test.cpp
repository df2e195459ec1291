#include "autograd/ops/class_labels.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace sand;

TEST_CASE("Labels are 0 to classes - 1, and other numbers are refused") {
  const auto check_label = [](std::int32_t label) {
    ops::check_labels("op", Shape{2, 3}, std::vector<std::int32_t>{0, label}, 3);
  };
  for (const std::int32_t label : {0, 1, 2}) CHECK_NOTHROW(check_label(label));
  for (const std::int32_t label : {3, -1, std::numeric_limits<std::int32_t>::min()})
    CHECK_THROWS_WITH_AS(
        check_label(label),
        ("op: a label is not one of 0 .. 2\n    label " + std::to_string(label) + "\n    row   1").c_str(),
        Error);
}
