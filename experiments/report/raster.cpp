#include "experiments/report/raster.h"

#include <algorithm>
#include <cmath>

#include "experiments/report/stroke_font.h"
#include "experiments/report/style.h"
#include "tensor/error.h"
#include "tensor/sincos.h"

namespace sand::experiments {
namespace {

constexpr int kFiner = 2;  // points for each side of a point of the result

double distance(const Point& a, const Point& b) {
  return std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
}

/// Collects the points of one shape, then mixes its colour into them once.
class Canvas {
 public:
  Canvas(int width, int height, double scale)
      : width_(width), height_(height), scale_(scale), covered_(size()), shades_(3 * size()) {
    const std::array<double, 3> ground = light_colour(of_ink(Ink::card));
    for (std::size_t i = 0; i < shades_.size(); ++i) shades_[i] = static_cast<float>(ground[i % 3]);
  }

  /// A polygon, by the even-odd rule.
  void cover(const std::vector<Point>& corners) {
    double top = height_, bottom = 0;
    for (const Point& corner : corners) {
      if (!std::isfinite(corner.x) || !std::isfinite(corner.y)) return;
      top = std::min(top, corner.y * scale_), bottom = std::max(bottom, corner.y * scale_);
    }
    const int first = static_cast<int>(std::clamp(top, 0.0, 1.0 * height_)),
              last = static_cast<int>(std::clamp(bottom + 1, 0.0, 1.0 * height_));
    std::vector<double> crossings;
    for (int y = first; y < last; ++y) {
      crossings.clear();
      const double level = (y + 0.5) / scale_;
      for (std::size_t i = 0; i < corners.size(); ++i) {
        const Point &a = corners[i], &b = corners[(i + 1) % corners.size()];
        if ((a.y <= level) != (b.y <= level))
          crossings.push_back(scale_ * (a.x + (level - a.y) / (b.y - a.y) * (b.x - a.x)));
      }
      std::sort(crossings.begin(), crossings.end());
      for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) cover_row(y, crossings[i], crossings[i + 1]);
    }
  }

  void cover_line(const Point& from, const Point& to, double width, bool round_ends = true) {
    const double length = distance(from, to);
    if (round_ends) cover_disc(from, width / 2), cover_disc(to, width / 2);
    if (!(length > 0)) return;
    const double across = (to.y - from.y) / length * width / 2, down = (from.x - to.x) / length * width / 2;
    cover({{from.x + across, from.y + down},
           {to.x + across, to.y + down},
           {to.x - across, to.y - down},
           {from.x - across, from.y - down}});
  }

  void cover_disc(const Point& middle, double radius) {
    constexpr int kCorners = 16;
    std::vector<Point> corners;
    for (int i = 0; i < kCorners; ++i) {
      const SinCos corner = sincos(2 * M_PI * i / kCorners);
      corners.push_back({middle.x + radius * corner.cos, middle.y + radius * corner.sin});
    }
    cover(corners);
  }

  /// Mixes a colour into the covered points, and forgets them.
  void paint(const std::array<double, 3>& colour, double opacity) {
    for (const std::size_t point : touched_) {
      covered_[point] = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        float& shade = shades_[3 * point + i];
        shade += static_cast<float>(opacity) * (static_cast<float>(colour[i]) - shade);
      }
    }
    touched_.clear();
  }

  void put(const Raster& raster) {
    const Picture& from = *raster.picture;
    const auto place = [&](double unit) { return static_cast<int>(std::lround(unit * scale_)); };
    const int left = place(raster.at.x), top = place(raster.at.y), right = place(raster.at.x + raster.width),
              bottom = place(raster.at.y + raster.height);
    for (int y = std::max(top, 0); y < std::min(bottom, height_); ++y)
      for (int x = std::max(left, 0); x < std::min(right, width_); ++x) {
        const auto u = static_cast<int>(std::int64_t{x - left} * from.width() / (right - left)),
                   v = static_cast<int>(std::int64_t{y - top} * from.height() / (bottom - top));
        for (std::size_t i = 0; i < 3; ++i)
          shades_[3 * at(x, y) + i] = static_cast<float>(from.pixel(u, v)[i]) / 255;
      }
  }

  Picture picture() const {
    Picture picture(width_ / kFiner, height_ / kFiner);
    for (int y = 0; y < picture.height(); ++y)
      for (int x = 0; x < picture.width(); ++x) {
        double mean[3] = {};
        for (int v = 0; v < kFiner; ++v)
          for (int u = 0; u < kFiner; ++u)
            for (std::size_t i = 0; i < 3; ++i)
              mean[i] += static_cast<double>(shades_[3 * at(x * kFiner + u, y * kFiner + v) + i]) /
                         (kFiner * kFiner);
        picture.set(x, y, mean[0], mean[1], mean[2]);
      }
    return picture;
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_); }
  std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }
  void cover_row(int y, double from, double to) {
    const int first = static_cast<int>(std::lround(std::clamp(from, 0.0, 1.0 * width_))),
              last = static_cast<int>(std::lround(std::clamp(to, 0.0, 1.0 * width_)));
    for (int x = first; x < last; ++x)
      if (char& covered = covered_[at(x, y)]; covered == 0) covered = 1, touched_.push_back(at(x, y));
  }

  int width_, height_;
  double scale_;
  std::vector<char> covered_;
  std::vector<float> shades_;
  std::vector<std::size_t> touched_;
};

struct RasterWriter {
  Canvas& canvas;

  void operator()(const Stroke& stroke) const {
    double drawn = 0;  // of the dashes
    for (std::size_t i = 0; i < stroke.points.size(); ++i) {
      const Point &a = stroke.points[i], &b = stroke.points[std::min(i + 1, stroke.points.size() - 1)];
      const bool has_next = std::isfinite(b.x) && std::isfinite(b.y);
      if (!std::isfinite(a.x) || !std::isfinite(a.y)) continue;
      if (!has_next)
        canvas.cover_disc(a, stroke.width / 2);
      else
        stroke.dashed ? dashes(a, b, stroke.width, drawn) : canvas.cover_line(a, b, stroke.width);
    }
    canvas.paint(light_colour(stroke.paint), stroke.opacity);
  }
  void operator()(const Area& area) const {
    canvas.cover(area.points);
    canvas.paint(light_colour(area.paint), area.opacity);
  }
  void operator()(const Dot& dot) const {
    const double r = dot.radius;
    if (dot.mark == Mark::disc) {
      canvas.cover_disc(dot.at, r);
    } else {
      canvas.cover_line({dot.at.x - r, dot.at.y - r}, {dot.at.x + r, dot.at.y + r}, 1.5);
      canvas.cover_line({dot.at.x - r, dot.at.y + r}, {dot.at.x + r, dot.at.y - r}, 1.5);
    }
    canvas.paint(light_colour(dot.paint), 1);
  }
  void operator()(const Words& words) const {
    const double width = width_of(words.text, words.size);
    const double start = words.anchor == Anchor::start    ? 0
                         : words.anchor == Anchor::middle ? -width / 2
                                                          : -width;
    for (const std::vector<Point>& line : letter_lines(words.text, words.size))
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto place = [&](const Point& p) -> Point {
          const double x = p.x + start;
          return words.upward ? Point{words.at.x + p.y, words.at.y - x}
                              : Point{words.at.x + x, words.at.y + p.y};
        };
        canvas.cover_line(place(line[i]), place(line[i + 1]), words.size / 10);
      }
    canvas.paint(light_colour(words.paint), 1);
  }
  void operator()(const Raster& raster) const { canvas.put(raster); }

 private:
  /// Dashes of 5 units with 3 between them.
  void dashes(const Point& from, const Point& to, double width, double& drawn) const {
    constexpr double kDash = 5, kPeriod = 8;
    const double length = distance(from, to);
    for (double at = 0; at < length;) {
      const double phase = std::fmod(drawn, kPeriod);
      const double next = std::min(length, at + (phase < kDash ? kDash - phase : kPeriod - phase) + 1e-9);
      const auto place = [&](double far) -> Point {
        return {from.x + far / length * (to.x - from.x), from.y + far / length * (to.y - from.y)};
      };
      if (phase < kDash) canvas.cover_line(place(at), place(next), width, false);
      drawn += next - at;
      at = next;
    }
  }
};

}  // namespace

Picture picture_of(const Drawing& drawing, int scale) {
  constexpr double kMost = 1 << 26;
  const double width = std::ceil(drawing.width) * scale * kFiner,
               height = std::ceil(drawing.height) * scale * kFiner;
  check(width >= 1 && height >= 1 && width * height <= kMost, [&] {
    return Error(Fault::resources, "picture: a drawing of this size does not become a PNG")
        .fact("points", std::to_string(width) + " x " + std::to_string(height))
        .hint("write an SVG");
  });
  Canvas canvas(static_cast<int>(width), static_cast<int>(height), scale * kFiner);
  for (const Figure& figure : drawing.figures) std::visit(RasterWriter{canvas}, figure);
  return canvas.picture();
}

}  // namespace sand::experiments
