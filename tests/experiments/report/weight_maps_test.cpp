#include "experiments/report/weight_maps.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sand;
using namespace sand::experiments;

namespace {

Slot slot_of(const Shape& shape) { return {"linear0.weight", shape, 0, 0}; }

std::vector<double> counting(Index count) {
  std::vector<double> numbers;
  for (Index i = 0; i < count; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

}  // namespace

TEST_CASE("A filter bank is a grid of images with its channels side by side") {
  const TensorLayout layout = layout_of(slot_of({2, 2, 2, 3}), {2, 8, 8});
  CHECK(layout.is_images);
  const HeatMap map = map_of(layout, counting(24));
  CHECK(map.rows == 2);  // both filters in one row
  CHECK(map.columns == 13);
  // filter 0: channel 0 is 0 .. 5, channel 1 is 6 .. 11
  CHECK(std::vector<double>(map.numbers.begin(), map.numbers.begin() + 6) ==
        std::vector<double>{0, 1, 2, 6, 7, 8});
  CHECK(std::isnan(map.numbers[6]));  // between the images
  CHECK(map.numbers[7] == 12);
  CHECK(map.numbers[13] == 3);
}

TEST_CASE("A dense layer on images has an image for each output") {
  const TensorLayout layout = layout_of(slot_of({4, 6}), {1, 2, 3});
  CHECK(layout.is_images);
  CHECK(layout.height == 2);
  CHECK(layout.width == 3);
}

TEST_CASE("A dense layer on other numbers is a table, whose points are means if it is large") {
  const TensorLayout small = layout_of(slot_of({2, 3}), {3});
  CHECK_FALSE(small.is_images);
  CHECK(map_of(small, counting(6)).numbers == counting(6));
  const TensorLayout large = layout_of(slot_of({2, 256}), {256});
  CHECK(large.block == 2);
  const HeatMap map = map_of(large, counting(512));
  CHECK(map.rows == 1);
  CHECK(map.columns == 128);
  CHECK(map.numbers[0] == (0 + 1 + 256 + 257) / 4.0);
}

TEST_CASE("Many large images are cut to the first ones") {
  const TensorLayout layout = layout_of(slot_of({256, 1568}), {2, 28, 28});
  CHECK(layout.units == 15);
  CHECK(layout.all_units == 256);
}

TEST_CASE("Weights, mask and agreement are charts, and the mask has one map for each step") {
  MeasuredStep step{.updates = 0,
                    .domains = 2,
                    .cosines = {},
                    .weights = {-1, 0, 2, 1},
                    .mask = {0, 0, 1, 1},
                    .agreement = {0, 0, 1, 1}};
  std::vector<MeasuredStep> steps = {step, step};
  steps[1].updates = 5, steps[1].mask = {0, 0, 0, 1};
  const std::vector<Chart> charts = weight_charts("run", slot_of({2, 2}), {2}, steps);
  REQUIRE(charts.size() == 4);
  CHECK(charts[0].table.rows[0] == std::vector<std::string>{"0", "-1", "-0.5", "0"});
  CHECK(charts[3].table.rows[0] == std::vector<std::string>{"0", "0.5", "50.0%", "50.0%"});
  CHECK(charts[3].table.rows[1] == std::vector<std::string>{"5", "0.25", "75.0%", "25.0%"});
  steps[0].mask.clear(), steps[1].mask.clear();
  CHECK(weight_charts("run", slot_of({2, 2}), {2}, steps).size() == 3);
}

TEST_CASE("A table with more outputs than inputs has a column for each output") {
  const TensorLayout layout = layout_of(slot_of({3, 2}), {2});
  CHECK(layout.is_turned);
  const HeatMap map = map_of(layout, {0, 1, 2, 3, 4, 5});
  CHECK(map.rows == 2);
  CHECK(map.numbers == std::vector<double>{0, 2, 4, 1, 3, 5});
}
