// The axes of a chart: scales, ticks, names and a legend.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// From numbers to places, linear or logarithmic.
class Scale {
 public:
  /// Of at least one finite number; others are ignored. Without any, or if all are equal, it is widened.
  /// Logarithmic scales ignore numbers that are not above 0.
  explicit Scale(const std::vector<double>& numbers, bool is_log = false);
  static Scale of(double low, double high) { return Scale(std::vector<double>{low, high}); }

  double low() const { return low_; }
  double high() const { return high_; }
  bool is_log() const { return is_log_; }
  void widen(double share);  ///< adds this share of the range at both ends
  /// 0 at low(), 1 at high(); NaN for NaN, for infinity, and for numbers that a logarithm does not have.
  double share(double number) const;
  /// About `count` round numbers in the range, ascending.
  std::vector<double> ticks(int count) const;

 private:
  double low_ = 0, high_ = 1;
  bool is_log_;
};

/// Whether numbers above 0 span so many powers of ten that only a logarithm shows them.
bool wants_log(const std::vector<double>& numbers);

/// The frame of a chart in a drawing.
struct Axes {
  double left, top, width, height;  ///< of the frame, without ticks and names
  Scale x, y;

  Point at(double of_x, double of_y) const;
  /// Frame, grid, ticks, and the names of both axes.
  void draw(Drawing& drawing, const std::string& name_of_x, const std::string& name_of_y,
            bool y_is_share = false) const;
};

struct LegendEntry {
  std::string name;
  Paint paint;
  bool dashed = false, is_area = false;
};
/// Rows of entries from `top`, as wide as the drawing. Returns the height.
double draw_legend(Drawing& drawing, const std::vector<LegendEntry>& entries, double left, double top);

}  // namespace sand::experiments
