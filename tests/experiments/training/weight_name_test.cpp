#include "experiments/training/weight_name.h"

#include <doctest/doctest.h>

using namespace sand;
using namespace sand::experiments;

namespace {

Parameters some() {
  Parameters parameters;
  parameters.add("linear0.weight", {3, 4});
  parameters.add("linear0.bias", {3});
  parameters.add("conv1.weight", {2, 3, 5, 7});
  return parameters;
}

}  // namespace

TEST_CASE("A weight's name is its slot and an index for each axis, the last axis fastest") {
  const Parameters parameters = some();
  CHECK(weight_named(parameters, "linear0.weight[0,0]").column == 0);
  CHECK(weight_named(parameters, "linear0.weight[2,1]").column == 9);
  CHECK(weight_named(parameters, "linear0.bias[2]").column == 14);
  const WeightPlace weight = weight_named(parameters, "conv1.weight[1,2,4,6]");
  CHECK(weight.column == parameters.size() - 1);
  CHECK(weight.slot.name == "conv1.weight");
  CHECK(weight.name == "conv1.weight[1,2,4,6]");
}

TEST_CASE("Every weight of the block is found by its name") {
  const Parameters parameters = some();
  CHECK(weight_name(parameters.slots(), 11) == "linear0.weight[2,3]");
  CHECK(weight_name(parameters.slots(), 12) == "linear0.bias[0]");
  CHECK(weight_name(parameters.slots(), 15 + 1 * 105 + 2 * 35 + 4 * 7 + 6) == "conv1.weight[1,2,4,6]");
  for (Index column = 0; column < parameters.size(); ++column)
    CHECK(weight_named(parameters, weight_name(parameters.slots(), column)).column == column);
}

TEST_CASE("Any other name is refused with the slot's shape") {
  for (const char* wrong : {"linear0.weight",        "linear0.weight[",
                            "linear0.weight[]",      "linear0.weight[1]",
                            "linear0.weight[1,]",    "linear0.weight[1,2",
                            "linear0.weight[,2]",    "linear0.weight[1,2]]",
                            "linear0.weight[1,2] ",  "linear0.weight[1, 2]",
                            "linear0.weight[ 1,2]",  "linear0.weight[+1,2]",
                            "linear0.weight[-0,2]",  "linear0.weight[-1,2]",
                            "linear0.weight[3,0]",   "linear0.weight[0,4]",
                            "linear0.weight[0,1,2]", "linear0.weight[0x1,2]",
                            "linear0.weight[1.0,2]", "linear0.weight[99999999999999999999,0]",
                            "linear0.weight[1;2]",   "linear0.weight[[1,2]"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH_AS(
        weight_named(some(), wrong),
        doctest::Contains(
            "shape linear0.weight [3, 4]\n    hint: the last of its weights is linear0.weight[2,3]"),
        Error);
  }
}

TEST_CASE("An error about an unknown slot lists the known ones") {
  CHECK_THROWS_WITH_AS(weight_named(some(), "linear0.wieght[0,0]"),
                       "weight: the model has no such slot\n"
                       "    found linear0.wieght\n"
                       "    known linear0.weight [3, 4], linear0.bias [3], conv1.weight [2, 3, 5, 7]\n"
                       "    hint: did you mean linear0.weight?",
                       Error);
  CHECK_THROWS_AS(weight_named(some(), ""), Error);
  CHECK_THROWS_AS(weight_named(some(), "[0,0]"), Error);
  CHECK_THROWS_AS(weight_named(some(), std::string(1'000'000, 'x')), Error);
}
