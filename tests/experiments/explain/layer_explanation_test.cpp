#include "experiments/explain/layer_explanation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "domains/decode_rgb.h"
#include "tests/folder.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::experiments;
using namespace sand::testing;

namespace {

/// Two slots; the tests use the second, [2, 3].
struct LayerPlay {
  GradientTable table;
  optim::Direction direction;
  LayerPlay() : table(slots(), 2), direction{Tensor({10}), Tensor({10})} {
    for (std::size_t j = 0; j < 10; ++j)
      table.row(0)[j] = 1, table.row(1)[j] = j % 2 ? Scalar{-3} : Scalar{2};
    for (Index j = 0; j < 10; ++j) direction.mask[j] = j == 4 ? Scalar{1} : j == 9 ? Scalar{0.5} : Scalar{0};
  }
  static std::vector<Slot> slots() {
    Parameters parameters;
    parameters.add("first", {4});
    parameters.add("second", {2, 3});
    return parameters.slots();
  }
};

}  // namespace

TEST_CASE("A layer's table has minimum, mean and maximum of mask, agreement and each domain's gradient") {
  const LayerPlay play;
  const LayerExplanation explanation(play.table, play.direction, play.table.slots()[1], {"left", "right"});
  CHECK(explanation.closed == 4);
  CHECK(explanation.partial == 1);
  CHECK(explanation.open == 1);
  CHECK(explanation.agreement == std::vector<double>{1, 0, 1, 0, 1, 0});
  const auto is = [](const Range& range, const char* name, double least, double mean, double greatest) {
    CHECK(range.name == name);
    CHECK(range.least == least);
    CHECK(range.mean == mean);
    CHECK(range.greatest == greatest);
  };
  REQUIRE(explanation.ranges.size() == 4);
  is(explanation.ranges[0], "mask", 0, 0.25, 1);
  is(explanation.ranges[1], "agreement", 0, 0.5, 1);
  is(explanation.ranges[2], "gradient of domain left", 1, 1, 1);
  is(explanation.ranges[3], "gradient of domain right", -3, -0.5, 2);
  CHECK(explanation.text().find("second [2, 3], 6 weights: 4 with m = 0, 1 between, 1 with m >= 0.99\n") ==
        0);
  const auto json = nlohmann::json::parse(explanation.json());
  CHECK(json["ranges"][3]["mean"] == -0.5);
  CHECK(json["shape"] == std::vector<int>{2, 3});
}

TEST_CASE(
    "The heat map shows the mask on the left and the agreement on the right, black for 0 and white for 1") {
  const LayerPlay play;
  const Folder folder;
  const std::string path = folder.path / "map.png";
  LayerExplanation(play.table, play.direction, play.table.slots()[1]).write_heat_map(path);
  const std::string bytes = text_of(path);
  std::vector<std::byte> room(1 << 24);
  domains::DecoderMemory memory(room);
  const domains::Rgb rgb =
      domains::decode_rgb({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, memory);
  REQUIRE(rgb.failure == nullptr);
  REQUIRE(rgb.width == 2 * 384 + 12);
  REQUIRE(rgb.height == 2 * 128 + 8);
  const auto shade = [&](int panel, int row, int column) {
    const std::size_t at = 3 * ((4 + row * 128 + 64) * static_cast<std::size_t>(rgb.width) + 4 + panel * 388 +
                                column * 128 + 64);
    return std::vector<int>{rgb.pixels[at], rgb.pixels[at + 1], rgb.pixels[at + 2]};
  };
  const std::vector<int> black = {0, 0, 0}, half = {255, 128, 0}, white = {255, 255, 255};
  CHECK(shade(0, 0, 0) == white);
  CHECK(shade(0, 0, 1) == black);
  CHECK(shade(0, 1, 2) == half);
  CHECK(shade(1, 0, 0) == white);
  CHECK(shade(1, 0, 1) == black);
  CHECK(shade(1, 1, 1) == white);
}

TEST_CASE("A vector is drawn as a square, and a large slot as means of neighbours") {
  const Folder folder;
  const std::string path = folder.path / "map.png";
  for (const auto& [shape, width, height] :
       {std::tuple{Shape{5}, 3, 2}, {Shape{1}, 1, 1}, {Shape{3000, 2}, 1, 1000}, {Shape{2, 3000}, 1000, 1}}) {
    Parameters parameters;
    const Slot slot = parameters.add("w", shape);
    const GradientTable table(parameters.slots(), 2);
    optim::Direction direction{Tensor({shape.size()}), Tensor({shape.size()})};
    direction.mask.array() = 1;
    LayerExplanation(table, direction, slot).write_heat_map(path);
    const std::string bytes = text_of(path);
    std::vector<std::byte> room(1 << 25);
    domains::DecoderMemory memory(room);
    const domains::Rgb rgb =
        domains::decode_rgb({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, memory);
    REQUIRE(rgb.failure == nullptr);
    const int zoom = std::max(1, 384 / std::max(width, height));
    CHECK(rgb.width == 2 * width * zoom + 12);
    CHECK(rgb.height == height * zoom + 8);
    const std::size_t first = 3 * (4 * static_cast<std::size_t>(rgb.width) + 4);
    CHECK(rgb.pixels[first + 2] == 255);
  }
}
