#include "experiments/report/svg.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sand::experiments;

namespace {

std::string svg_of_figure(const Figure& figure) {
  Drawing drawing{.width = 100, .height = 50};
  drawing.add(figure);
  return svg_element(drawing, "p", "title", "about");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A line has a gap where a number is NaN or infinite") {
  const Stroke line{
      .points = {{0, 1}, {1, 2}, {std::nan(""), 3}, {3, 4}, {4, 5}, {5, INFINITY}, {6, 7}, {7, 8}}};
  CHECK(has(svg_of_figure(line), "d=\"M0 1L1 2M3 4L4 5M6 7L7 8\""));
}

TEST_CASE("A single point between gaps is still seen") {
  const Stroke line{.points = {{0, NAN}, {1, 2}, {2, NAN}}};
  CHECK(has(svg_of_figure(line), "d=\"M1 2h1.5\""));
}

TEST_CASE("A line of gaps alone is not drawn") {
  CHECK_FALSE(has(svg_of_figure(Stroke{.points = {{0, NAN}, {1, NAN}}}), "<path"));
}

TEST_CASE("A picture is an image with a title and a description") {
  const std::string svg = svg_element(Drawing{.width = 100, .height = 50}, "p", "T<1>", "a & b");
  CHECK(has(svg, "viewBox=\"0 0 100 50\" role=\"img\" aria-labelledby=\"p-t p-d\""));
  CHECK(has(svg, "<title id=\"p-t\">T&lt;1&gt;</title><desc id=\"p-d\">a &amp; b</desc>"));
}

TEST_CASE("Words in a picture are escaped") {
  CHECK(has(svg_of_figure(Words{.at = {1, 2}, .text = "<script>\x1b"}), ">&lt;script&gt;\\x1b</text>"));
}

TEST_CASE("A raster is a PNG inside the picture, and no reference to another file") {
  const std::string svg =
      svg_of_figure(Raster{{1, 2}, 30, 40, std::make_shared<const Picture>(Picture(2, 3))});
  CHECK(has(svg, "x=\"1\" y=\"2\" width=\"30\" height=\"40\""));
  CHECK(has(svg, "href=\"data:image/png;base64,iVBORw0KGgo"));
}

TEST_CASE("Inks are variables of the page, exact colours are numbers") {
  CHECK(has(svg_of_figure(Dot{.at = {1, 1}, .paint = of_series(3)}), "fill=\"var(--s3)\""));
  CHECK(has(svg_of_figure(Dot{.at = {1, 1}, .paint = of_series(11)}), "fill=\"var(--s3)\""));
  CHECK(has(svg_of_figure(Dot{.at = {1, 1}, .paint = of_colour({1, 0.5, 0})}), "fill=\"#ff8000\""));
}

TEST_CASE("A file has its own colours for light and dark, and a size") {
  const std::string file = svg_file(Drawing{.width = 100, .height = 50}, "t", "a");
  CHECK(has(file, "prefers-color-scheme:dark"));
  CHECK(has(file, "width=\"100\" height=\"50\""));
}

TEST_CASE("A drawing that is moved into another one keeps its shapes") {
  Drawing inner{.width = 10, .height = 10}, outer{.width = 100, .height = 50};
  inner.add(Dot{.at = {1, 2}});
  inner.add(box(1, 2, 3, 4, of_ink(Ink::text)));
  outer.add(inner, 10, 20);
  const std::string svg = svg_element(outer, "p", "t", "a");
  CHECK(has(svg, "cx=\"11\" cy=\"22\""));
  CHECK(has(svg, "d=\"M11 22L14 22L14 26L11 26Z\""));
}
