// A picture as a list of shapes. svg.h writes it as SVG, raster.h as points. It knows no chart.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "experiments/explain/picture.h"

namespace sand::experiments {

/// In units of the drawing, from its upper left corner. NaN in a line is a gap.
struct Point {
  double x = 0, y = 0;
};

/// Colours that differ between light and dark pages (style.h).
enum class Ink { text, soft, line, card, series };

/// An ink, or an exact colour with shades of 0 to 1.
struct Paint {
  Ink ink = Ink::text;
  int series = 0;  ///< of Ink::series, from 0; repeats after kSeriesColours
  bool is_exact = false;
  std::array<double, 3> rgb = {};
};
constexpr int kSeriesColours = 8;
inline Paint of_ink(Ink ink) { return {.ink = ink}; }
inline Paint of_series(int number) { return {.ink = Ink::series, .series = number}; }
inline Paint of_colour(const std::array<double, 3>& rgb) { return {.is_exact = true, .rgb = rgb}; }

/// A line of several pieces: a point that is not finite ends one.
struct Stroke {
  std::vector<Point> points;
  Paint paint = of_ink(Ink::text);
  double width = 1.5, opacity = 1;
  bool dashed = false;
};
/// A filled polygon.
struct Area {
  std::vector<Point> points;
  Paint paint = of_ink(Ink::text);
  double opacity = 1;
};
enum class Mark { disc, cross };
struct Dot {
  Point at;
  double radius = 3;
  Paint paint = of_ink(Ink::text);
  Mark mark = Mark::disc;
};
enum class Anchor { start, middle, end };
/// `at` is on the base line. The text may be untrusted: every writer escapes it.
struct Words {
  Point at;
  std::string text;
  double size = 12;
  Paint paint = of_ink(Ink::text);
  Anchor anchor = Anchor::start;
  bool upward = false;  ///< turned by 90 degrees, read from below
};
/// Points with sharp edges in a rectangle.
struct Raster {
  Point at;
  double width = 0, height = 0;
  std::shared_ptr<const Picture> picture;
};
using Figure = std::variant<Stroke, Area, Dot, Words, Raster>;

struct Drawing {
  double width = 0, height = 0;
  std::vector<Figure> figures = {};  ///< later ones cover earlier ones

  void add(Figure figure) { figures.push_back(std::move(figure)); }
  /// Adds all figures of another drawing, moved. Does not change the size.
  void add(const Drawing& other, double right, double down);
};

/// A rectangle as an Area.
Area box(double x, double y, double width, double height, const Paint& paint, double opacity = 1);

/// The first `most` letters of UTF-8 text, the last of them three dots if some are left out. Control
/// characters and bytes that are no UTF-8 are escaped as \x1b.
std::string shortened(const std::string& text, std::size_t most);

/// About how wide a text of this size is.
double width_of(const std::string& text, double size);

}  // namespace sand::experiments
