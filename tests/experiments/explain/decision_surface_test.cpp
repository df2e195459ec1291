#include "experiments/explain/decision_surface.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace sand;
using namespace sand::experiments;

namespace {

/// One example of class `label`: [x, y] and further inputs.
domains::Domain one_example(const std::vector<Scalar>& numbers, std::int32_t label) {
  return {.name = "one",
          .example = {static_cast<Index>(numbers.size())},
          .labels = {label},
          .read = [numbers](std::uint32_t, std::span<Scalar> to) {
            std::copy(numbers.begin(), numbers.end(), to.begin());
          }};
}

/// A linear network with these weights, and a bias of 0.
std::unique_ptr<Model> linear(const std::vector<Scalar>& weights) {
  auto model = make_model("mlp:" + std::to_string(weights.size()) + "-1", nn::Activation::relu, 0);
  std::copy(weights.begin(), weights.end(), model->parameters.numbers().begin());
  model->parameters.numbers().back() = 0;
  return model;
}

bool is_blue(const Picture& picture, int x, int y) { return picture.pixel(x, y)[2] > picture.pixel(x, y)[0]; }

constexpr int kMiddle = kSurfaceSide / 2;

}  // namespace

TEST_CASE(
    "A network of the first input splits the plane into left and right, one of the second into top and "
    "bottom") {
  const domains::Domain none = one_example({0, 0}, 0);
  for (const bool upward : {false, true}) {
    Picture picture(kSurfaceSide + 10, kSurfaceSide);
    draw_decisions(picture, 10, 0, *linear(upward ? std::vector<Scalar>{0, 5} : std::vector<Scalar>{5, 0}),
                   none, {});
    CHECK(is_blue(picture, 10 + kMiddle + 60, kMiddle - 60));  // right and up
    CHECK_FALSE(is_blue(picture, 10 + kMiddle - 60, kMiddle + 60));
    CHECK(is_blue(picture, 10 + kMiddle - 60, kMiddle - 60) == upward);
    CHECK(is_blue(picture, 10 + kMiddle + 60, kMiddle + 60) != upward);
    CHECK(picture.pixel(9, kMiddle)[0] == 40);  // outside the square nothing is drawn
  }
}

TEST_CASE("Of two outputs, the second is that of class 1") {
  const auto model = make_model("mlp:2-2", nn::Activation::relu, 0);
  const std::vector<Scalar> weights = {0, 0, 5, 0, 0, 0};  // the second logit is 5 x
  std::copy(weights.begin(), weights.end(), model->parameters.numbers().begin());
  Picture picture(kSurfaceSide, kSurfaceSide);
  draw_decisions(picture, 0, 0, *model, one_example({0, 0}, 0), {});
  CHECK(is_blue(picture, kMiddle + 60, kMiddle));
  CHECK_FALSE(is_blue(picture, kMiddle - 60, kMiddle));
}

TEST_CASE("The probability at a point is the mean over the examples of the domain") {
  domains::Domain two = one_example({0, 0, 100}, 0);
  two.labels = {0, 0};
  two.read = [](std::uint32_t example, std::span<Scalar> to) {
    to[0] = to[1] = 0;
    to[2] = example == 0 ? Scalar(100) : Scalar(-100);
  };
  Picture picture(kSurfaceSide, kSurfaceSide), certain(kSurfaceSide, kSurfaceSide);
  draw_decisions(picture, 0, 0, *linear({1, 1, 1}), two, {});
  draw_decisions(certain, 0, 0, *linear({1, 1, 1}), one_example({0, 0, 100}, 0), {});
  const auto blueness = [](const Picture& drawn) {
    const auto pixel = drawn.pixel(kMiddle, kMiddle);
    return static_cast<int>(pixel[2]) - static_cast<int>(pixel[0]);
  };
  CHECK(std::abs(blueness(picture)) < blueness(certain) / 3);
}

TEST_CASE("Inputs after the first two come from the examples of the domain") {
  Picture picture(kSurfaceSide, kSurfaceSide);
  for (const Scalar shift : {Scalar(-100), Scalar(100)}) {
    draw_decisions(picture, 0, 0, *linear({1, 1, 1}), one_example({0, 0, shift}, 0), {});
    CHECK(is_blue(picture, kMiddle, kMiddle) == (shift > 0));
  }
}

TEST_CASE("A training example is drawn at its first two inputs, in the colour of its class") {
  const std::vector<domains::Domain> dots = {one_example({1.25, 1.25}, 0), one_example({-1.25, 0}, 1)};
  Picture picture(kSurfaceSide, kSurfaceSide);
  draw_decisions(picture, 0, 0, *linear({5, 0}), one_example({0, 0}, 0), dots);
  CHECK_FALSE(is_blue(picture, kSurfaceSide * 3 / 4, kSurfaceSide / 4));  // on a blue ground
  CHECK(is_blue(picture, kSurfaceSide / 4, kMiddle));
}
