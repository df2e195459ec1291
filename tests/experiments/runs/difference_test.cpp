#include "experiments/runs/difference.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace sand;
using namespace sand::experiments;
using Json = nlohmann::json;

TEST_CASE("The difference of two objects is the first value that differs or is missing") {
  const Json recorded = {{"args", {{"seed", 1}}}, {"loss", 0.5}};
  CHECK_FALSE(difference("line", recorded, recorded));
  Json replayed = recorded;
  replayed["args"]["seed"] = 2;
  const auto changed = difference("line", recorded, replayed);
  REQUIRE(changed);
  CHECK(changed->rule == "line differs");
  CHECK(changed->facts[0].second == "args/seed");
  CHECK(changed->facts[1].second == "1");
  CHECK(changed->facts[2].second == "2");
  replayed.erase("args");
  CHECK(difference("line", recorded, replayed)->facts[2].second == "nothing");
}

TEST_CASE(
    "The difference of two blocks is the first and the largest number with other bits, even only a zero's "
    "sign") {
  Parameters parameters;
  parameters.add("w", {2, 2});
  const std::vector<Scalar> recorded = {1, 0, 3, 4};
  CHECK_FALSE(difference("the weights", "", parameters, recorded, recorded));
  const auto found = difference("the weights", "adam_m.", parameters, recorded,
                                std::vector<Scalar>{1, Scalar{-0.0}, 2.5, 4});
  REQUIRE(found);
  CHECK(found->rule == "the weights differ in 2 of 4 numbers");
  CHECK(found->facts[0].second == "adam_m.w[0,1]: recorded 0, replayed -0, apart by 0");
  CHECK(found->facts[1].second == "adam_m.w[1,0]: recorded 3, replayed 2.5, apart by 0.5");
}
