#include "experiments/report/line_chart.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace sand::experiments;

namespace {

Chart chart_of_numbers(const std::vector<double>& y) {
  LineSeries series{"one", {}, y, of_series(0)};
  for (std::size_t i = 0; i < y.size(); ++i) series.x.push_back(static_cast<double>(i));
  return chart_of(
      {.title = "t", .about = "About.", .name_of_y = "y", .series = {series}, .range = std::pair{0.0, 1.0}});
}

/// The first line of a series.
Stroke line_of(const Chart& chart) {
  for (const Figure& figure : chart.drawing.figures)
    if (const auto* const stroke = std::get_if<Stroke>(&figure); stroke && stroke->paint.ink == Ink::series)
      return *stroke;
  FAIL("the chart has no line");
  return {};
}

}  // namespace

TEST_CASE("A chart tells the last values in words, and has all of them in its table") {
  const Chart chart = chart_of_numbers({0.1, NAN, 0.25});
  CHECK(chart.about == "About. Last: one 0.25.");
  CHECK(chart.table.head == std::vector<std::string>{"step", "one"});
  CHECK(chart.table.rows == std::vector<std::vector<std::string>>{{"0", "0.1"}, {"1", "-"}, {"2", "0.25"}});
}

TEST_CASE("NaN is a gap in the line") {
  const std::vector<Point> points = line_of(chart_of_numbers({0.1, NAN, 0.25})).points;
  REQUIRE(points.size() == 3);
  CHECK(std::isnan(points[1].y));
  CHECK(points[0].y > points[2].y);
}

TEST_CASE("A gap of one record survives the thinning of ten thousand") {
  std::vector<double> y(10000, 0.5);
  y[5001] = NAN;
  const std::vector<Point> points = line_of(chart_of_numbers(y)).points;
  CHECK(points.size() < 400);
  CHECK(std::count_if(points.begin(), points.end(), [](const Point& p) { return std::isnan(p.y); }) == 1);
}

TEST_CASE("A table of many records has the first and the last, and says how many there are") {
  const Chart chart = chart_of_numbers(std::vector<double>(1000, 0.5));
  CHECK(chart.table.rows.size() == 60);
  CHECK(chart.table.rows.front()[0] == "0");
  CHECK(chart.table.rows.back()[0] == "999");
  CHECK(chart.table.caption == "60 of 1000 records");
}

TEST_CASE("Numbers outside the range are drawn at its end") {
  const std::vector<Point> points = line_of(chart_of_numbers({7, 1, -3, 0})).points;
  CHECK(points[0].y == points[1].y);
  CHECK(points[2].y == points[3].y);
}

TEST_CASE("Series with other steps share the table") {
  const Chart chart = chart_of({.title = "t",
                                .about = "A.",
                                .name_of_y = "y",
                                .series = {{"a", {0, 2}, {1, 2}, {}}, {"b", {1, 2}, {3, 4}, {}}}});
  CHECK(chart.table.rows ==
        std::vector<std::vector<std::string>>{{"0", "1", "-"}, {"1", "-", "3"}, {"2", "2", "4"}});
}
