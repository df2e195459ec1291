#include "domains/generated_digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "tensor/error.h"
#include "tensor/random.h"
#include "tensor/sincos.h"

namespace sand::domains {
namespace {

struct Point {
  double x, y;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(double s, Point a) { return {s * a.x, s * a.y}; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }

using Stroke = std::vector<Point>;  // a smooth line through the points; a loop if the last point is the first
using Glyph = std::vector<Stroke>;

/// The ways to write each digit, in a square with (0, 0) on the upper left and (1, 1) on the lower right.
const std::array<std::vector<Glyph>, 10>& glyphs() {
  static const std::array<std::vector<Glyph>, 10> table{{
      {{{{.5, 0}, {.22, .17}, {.12, .55}, {.24, .88}, {.5, 1}, {.77, .86}, {.88, .48}, {.78, .15}, {.5, 0}}}},
      {{{{.55, 0}, {.5, .5}, {.5, 1}}},
       {{{.25, .25}, {.55, 0}}, {{.55, 0}, {.52, .5}, {.52, 1}}},
       {{{.3, .2}, {.55, 0}}, {{.55, 0}, {.55, 1}}, {{.25, 1}, {.85, 1}}}},
      {{{{.18, .25}, {.35, .04}, {.65, .03}, {.82, .24}, {.7, .52}, {.4, .78}, {.12, 1}},
        {{.12, 1}, {.5, .98}, {.9, 1}}},
       {{{.2, .2},
         {.45, 0},
         {.78, .15},
         {.7, .5},
         {.4, .85},
         {.15, .95},
         {.14, .78},
         {.4, .78},
         {.65, .96},
         {.95, .93}}}},
      {{{{.18, .1}, {.48, 0}, {.78, .18}, {.7, .4}, {.4, .48}},
        {{.4, .48}, {.75, .56}, {.85, .78}, {.58, 1}, {.15, .9}}},
       {{{.2, 0}, {.8, .02}},
        {{.8, .02}, {.45, .4}},
        {{.45, .4}, {.8, .52}, {.84, .8}, {.55, 1}, {.15, .92}}}},
      {{{{.62, 0}, {.12, .65}}, {{.12, .65}, {.92, .65}}, {{.66, .3}, {.64, 1}}},
       {{{.2, 0}, {.15, .48}}, {{.15, .48}, {.8, .48}}, {{.82, 0}, {.78, 1}}}},
      {{{{.82, 0}, {.25, .02}},
        {{.25, .02}, {.2, .45}},
        {{.2, .45}, {.5, .37}, {.82, .55}, {.8, .84}, {.5, 1}, {.15, .9}}},
       {{{.78, .02}, {.45, .06}, {.22, .25}, {.45, .45}, {.78, .65}, {.7, .92}, {.4, 1}, {.15, .88}}}},
      {{{{.72, 0},
         {.38, .22},
         {.17, .62},
         {.28, .92},
         {.55, 1},
         {.8, .84},
         {.74, .58},
         {.48, .52},
         {.2, .7}}}},
      {{{{.12, .04}, {.86, .02}}, {{.86, .02}, {.58, .45}, {.42, 1}}},
       {{{.12, .04}, {.86, .02}}, {{.86, .02}, {.58, .45}, {.42, 1}}, {{.32, .5}, {.8, .48}}}},
      {{{{.5, .47}, {.22, .25}, {.5, 0}, {.78, .22}, {.5, .47}, {.16, .76}, {.5, 1}, {.84, .76}, {.5, .47}}}},
      {{{{.82, .2}, {.52, 0}, {.2, .22}, {.38, .5}, {.68, .42}, {.82, .2}, {.78, .6}, {.62, 1}}},
       {{{.8, .2}, {.5, 0}, {.2, .22}, {.4, .48}, {.8, .2}}, {{.82, .1}, {.84, .6}, {.7, .95}, {.3, .96}}}},
  }};
  return table;
}

/// Bends the square: random shifts at 3 x 3 points, bilinear between them. Strokes that touch stay together.
class Sheet {
 public:
  Sheet(Random& random, double deviation) {
    for (Point& pull : pulls_) pull = {deviation * random.normal(), deviation * random.normal()};
  }
  Point operator()(Point p) const {
    const int column = p.x < .5 ? 0 : 1, row = p.y < .5 ? 0 : 1;
    const double u = 2 * p.x - column, v = 2 * p.y - row;
    const Point* pull = &pulls_[static_cast<std::size_t>(3 * row + column)];
    return p + (1 - v) * ((1 - u) * pull[0] + u * pull[1]) + v * ((1 - u) * pull[3] + u * pull[4]);
  }

 private:
  std::array<Point, 9> pulls_{};
};

/// Maps the square to pixels: width, height, slant, rotation and position are random.
class Placement {
 public:
  explicit Placement(Random& random) {
    const double width = random.uniform(11, 19), height = random.uniform(16, 22);
    const double slant = random.uniform(-.35, .35);
    const SinCos turn = sincos(random.uniform(-.3, .3));
    across_ = {width * turn.cos, width * turn.sin};
    down_ = {-height * (slant * turn.cos + turn.sin), height * (turn.cos - slant * turn.sin)};
    centre_ = {Digits::kSide / 2 + random.uniform(-2.5, 2.5), Digits::kSide / 2 + random.uniform(-2.5, 2.5)};
  }
  Point operator()(Point p) const { return centre_ + (p.x - .5) * across_ + (p.y - .5) * down_; }

 private:
  Point across_{}, down_{}, centre_{};
};

/// Stores for each pixel the squared distance to the nearest ink.
class Page {
 public:
  explicit Page(double radius) : radius_(radius) { squares_.fill(reach() * reach()); }

  /// Draws a straight line from a to b, in pixels.
  void line(Point a, Point b) {
    const Point direction = b - a;
    const double scale = 1 / std::max(dot(direction, direction), 1e-12);
    for (int y = first(std::min(a.y, b.y)); y <= last(std::max(a.y, b.y)); ++y)
      for (int x = first(std::min(a.x, b.x)); x <= last(std::max(a.x, b.x)); ++x) {
        const Point pixel{x + .5, y + .5};
        const double along = std::clamp(dot(pixel - a, direction) * scale, 0.0, 1.0);
        const Point off = pixel - (a + along * direction);
        double& square = squares_[static_cast<std::size_t>(y * Digits::kSide + x)];
        square = std::min(square, dot(off, off));
      }
  }

  /// Draws the Catmull-Rom spline through the points, in steps of a quarter.
  void draw(std::span<const Point> points) {
    const std::size_t last_point = points.size() - 1;
    const Point ends = points.front() - points.back();
    const bool loop = last_point > 1 && dot(ends, ends) == 0;
    for (std::size_t i = 0; i < last_point; ++i) {
      const Point p1 = points[i], p2 = points[i + 1];
      const Point p0 = i > 0 ? points[i - 1] : (loop ? points[last_point - 1] : p1);
      const Point p3 = i + 2 <= last_point ? points[i + 2] : (loop ? points[1] : p2);
      Point from = p1;
      for (const double t : {.25, .5, .75, 1.0}) {
        const Point bend = 2 * p0 - 5 * p1 + 4 * p2 - p3, twist = 3 * (p1 - p2) + p3 - p0;
        const Point to = p1 + .5 * t * (p2 - p0 + t * (bend + t * twist));
        line(from, to);
        from = to;
      }
    }
  }

  /// Full ink within the radius, no ink one pixel further out.
  void print(std::span<std::uint8_t> pixels) const {
    for (std::size_t i = 0; i < pixels.size(); ++i)
      pixels[i] =
          static_cast<std::uint8_t>(255 * std::clamp(reach() - std::sqrt(squares_[i]), 0.0, 1.0) + .5);
  }

 private:
  double reach() const { return radius_ + .5; }
  int first(double low) const { return std::max(static_cast<int>(low - reach()), 0); }
  int last(double high) const { return std::min(static_cast<int>(high + reach()), Digits::kSide - 1); }

  double radius_;
  std::array<double, Digits::kPixels> squares_{};  // of the distances to the ink
};

/// Draws one digit and returns its label.
std::uint8_t draw_digit(Random random, std::span<std::uint8_t> pixels) {
  const std::uint32_t digit = random.below(10);
  const std::vector<Glyph>& ways = glyphs()[digit];
  const Glyph& glyph = ways[random.below(static_cast<std::uint32_t>(ways.size()))];
  const Sheet sheet(random, .07);
  const Placement placement(random);
  Page page(random.uniform(.6, 1.6));
  for (Stroke stroke : glyph) {
    for (Point& point : stroke) point = placement(sheet(point));
    page.draw(stroke);
  }
  page.print(pixels);
  return static_cast<std::uint8_t>(digit);
}

}  // namespace

Digits generated_digits(std::uint32_t count, std::uint64_t seed, const Threads& threads) {
  constexpr std::uint32_t kMost = 1'000'000;
  check(count >= 1 && count <= kMost, [&] {
    return Error(Fault::usage, "generated digits: expected 1 to " + std::to_string(kMost) +
                                   " digits, found " + std::to_string(count));
  });
  constexpr std::uint32_t kStream = 0x64696774;  // "digt"
  constexpr std::uint32_t kTask = 256;           // digits: enough to make scheduling cost negligible
  Digits digits{"generated digits", std::vector<std::uint8_t>(count * Digits::kPixels),
                std::vector<std::uint8_t>(count)};
  threads.run(static_cast<int>((count + kTask - 1) / kTask), [&](int task, int) {
    const std::uint32_t begin = static_cast<std::uint32_t>(task) * kTask;
    for (std::uint32_t i = begin; i < std::min(begin + kTask, count); ++i)
      digits.labels[i] = draw_digit(Random(seed, kStream, 0, i),
                                    std::span(digits.pixels).subspan(i * Digits::kPixels, Digits::kPixels));
  });
  return digits;
}

}  // namespace sand::domains
