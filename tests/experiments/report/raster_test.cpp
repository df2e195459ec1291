#include "experiments/report/raster.h"

#include <doctest/doctest.h>

#include <cmath>

#include "experiments/report/stroke_font.h"
#include "tensor/error.h"

using namespace sand::experiments;

namespace {

Picture points_of_figure(const Figure& figure) {
  Drawing drawing{.width = 20, .height = 10};
  drawing.add(figure);
  return picture_of(drawing, 1);
}
int red(const Picture& picture, int x, int y) { return picture.pixel(x, y)[0]; }
const Paint kBlack = of_colour({0, 0, 0});

}  // namespace

TEST_CASE("A box covers its points and no others") {
  const Picture picture = points_of_figure(box(2, 3, 4, 5, kBlack));
  CHECK(red(picture, 2, 3) == 0);
  CHECK(red(picture, 5, 7) == 0);
  CHECK(red(picture, 6, 7) == 255);
  CHECK(red(picture, 5, 8) == 255);
  CHECK(red(picture, 1, 3) == 255);
}

TEST_CASE("A shape mixes its colour once where its parts overlap") {
  const Picture picture = points_of_figure(
      Stroke{.points = {{2, 5}, {10, 5}, {18, 5}}, .paint = kBlack, .width = 4, .opacity = 0.5});
  CHECK(red(picture, 10, 5) == doctest::Approx(128).epsilon(0.02));
  CHECK(red(picture, 6, 5) == red(picture, 10, 5));
}

TEST_CASE("A gap in a line stays empty") {
  const Picture picture = points_of_figure(
      Stroke{.points = {{1, 5}, {6, 5}, {NAN, 5}, {14, 5}, {19, 5}}, .paint = kBlack, .width = 2});
  CHECK(red(picture, 4, 5) == 0);
  CHECK(red(picture, 10, 5) == 255);
  CHECK(red(picture, 16, 5) == 0);
}

TEST_CASE("A dashed line has breaks") {
  const Picture picture =
      points_of_figure(Stroke{.points = {{0, 5}, {20, 5}}, .paint = kBlack, .width = 2, .dashed = true});
  int dark = 0;
  for (int x = 0; x < 20; ++x) dark += red(picture, x, 5) < 128;
  CHECK(dark == 14);  // 5 of each 8 units
}

TEST_CASE("A raster keeps sharp edges when it is enlarged") {
  auto small = std::make_shared<Picture>(2, 1);
  small->set(0, 0, 0, 0, 0), small->set(1, 0, 1, 1, 1);
  const Picture picture = points_of_figure(Raster{{0, 0}, 20, 10, small});
  CHECK(red(picture, 9, 5) == 0);
  CHECK(red(picture, 10, 5) == 255);
}

TEST_CASE("Text is drawn above its base line, from its anchor") {
  const Picture picture = points_of_figure(Words{.at = {10, 9}, .text = "H", .size = 10, .paint = kBlack});
  int left = 0, right = 0;
  for (int y = 0; y < 10; ++y)
    for (int x = 0; x < 20; ++x) (x < 9 ? left : right) += red(picture, x, y) < 200;
  CHECK(left == 0);
  CHECK(right > 8);
}

TEST_CASE("Every letter of ASCII but the blank has lines, and no two have the same") {
  std::vector<std::vector<std::vector<Point>>> all;
  for (char letter = '!'; letter <= '~'; ++letter) all.push_back(letter_lines(std::string(1, letter), 12));
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& p, const auto& q) {
      return std::equal(p.begin(), p.end(), q.begin(), q.end(),
                        [](const Point& u, const Point& v) { return u.x == v.x && u.y == v.y; });
    });
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK_FALSE(all[i].empty());
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(same(all[i], all[j]));
  }
  CHECK(letter_lines(" ", 12).empty());
  CHECK_FALSE(letter_lines("\u00e4", 12).empty());
}

TEST_CASE("A drawing that is too large for a PNG is refused") {
  CHECK_THROWS_AS(picture_of(Drawing{.width = 1e6, .height = 1e6}, 2), sand::Error);
}
