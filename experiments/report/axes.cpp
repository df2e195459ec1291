#include "experiments/report/axes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/report/chart.h"
#include "experiments/setup/power.h"
#include "tensor/elementary.h"

namespace sand::experiments {
namespace {

constexpr double kTickSize = 12, kLegendRow = 17;

bool fits_scale(double number, bool is_log) { return std::isfinite(number) && (!is_log || number > 0); }

constexpr double kLn10 = 0x1.26bb1bbb55516p+1;

double log10_of(double x) { return log(x) / kLn10; }
/// Exact at whole numbers, except at the ends of the range.
double ten_to(double x) { return std::fabs(x) <= 300 ? power_of_10(x) : exp(x * kLn10); }

/// The least of 1, 2, 5 and their products with powers of ten that is about this or more.
double round_step(double about) {
  const double power = ten_to(std::floor(log10_of(about)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= about * 0.999) return factor * power;
  return 10 * power;
}

}  // namespace

Scale::Scale(const std::vector<double>& numbers, bool is_log) : is_log_(is_log) {
  low_ = std::numeric_limits<double>::infinity();
  high_ = -low_;
  for (const double number : numbers)
    if (fits_scale(number, is_log)) low_ = std::min(low_, number), high_ = std::max(high_, number);
  if (!(low_ <= high_)) low_ = is_log ? 0.1 : 0, high_ = 1;
  if (low_ < high_) return;
  const double around = low_;
  low_ = is_log ? around / 2 : around - std::max(std::fabs(around) / 2, 1e-300);
  high_ = is_log ? around * 2 : around + std::max(std::fabs(around) / 2, 1e-300);
  if (around == 0) low_ = -0.5, high_ = 0.5;
}

void Scale::widen(double share) {
  if (is_log_) {
    const double factor = exp(share * log(high_ / low_));
    low_ /= factor, high_ *= factor;
  } else {
    const double more = (high_ - low_) * share;
    low_ -= more, high_ += more;
  }
}

double Scale::share(double number) const {
  if (!fits_scale(number, is_log_)) return std::numeric_limits<double>::quiet_NaN();
  if (is_log_) return log(number / low_) / log(high_ / low_);
  return number / 2 == low_ / 2 ? 0 : (number / 2 - low_ / 2) / (high_ / 2 - low_ / 2);  // no overflow
}

std::vector<double> Scale::ticks(int count) const {
  std::vector<double> found;
  if (is_log_) {
    const int first = static_cast<int>(std::ceil(log10_of(low_) - 1e-9)),
              last = static_cast<int>(std::floor(log10_of(high_) + 1e-9));
    const int every = std::max(1, (last - first + count - 1) / count);
    for (int power = first; power <= last; power += every) found.push_back(ten_to(power));
    if (found.size() > 1) return found;
    return {low_, high_};
  }
  const double step = round_step((high_ / 2 - low_ / 2) / count * 2);
  if (!std::isfinite(step) || step <= 0) return {low_, high_};
  for (double tick = std::ceil(low_ / step - 1e-9); tick * step <= high_ + step * 1e-9 && found.size() < 50;
       ++tick)
    found.push_back(tick * step + 0.0);
  return found;
}

bool wants_log(const std::vector<double>& numbers) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    if (number <= 0) return false;
    low = std::min(low, number), high = std::max(high, number);
  }
  return high > 50 * low;
}

Point Axes::at(double of_x, double of_y) const {
  return {left + width * x.share(of_x), top + height * (1 - y.share(of_y))};
}

void Axes::draw(Drawing& drawing, const std::string& name_of_x, const std::string& name_of_y,
                bool y_is_share) const {
  const auto line = [&](Point from, Point to, Ink ink) {
    drawing.add(Stroke{.points = {from, to}, .paint = of_ink(ink), .width = 1});
  };
  for (const double tick : y.ticks(5)) {
    const double level = at(x.low(), tick).y;
    line({left, level}, {left + width, level}, Ink::line);
    drawing.add(Words{.at = {left - 5, level + 4},
                      .text = y_is_share ? number_text(100 * tick) + "%" : number_text(tick),
                      .size = kTickSize,
                      .paint = of_ink(Ink::soft),
                      .anchor = Anchor::end});
  }
  for (const double tick : x.ticks(5)) {
    const double place = at(tick, y.low()).x;
    line({place, top + height}, {place, top + height + 4}, Ink::soft);
    drawing.add(Words{.at = {place, top + height + 16},
                      .text = number_text(tick),
                      .size = kTickSize,
                      .paint = of_ink(Ink::soft),
                      .anchor = Anchor::middle});
  }
  line({left, top + height}, {left + width, top + height}, Ink::soft);
  line({left, top}, {left, top + height}, Ink::soft);
  drawing.add(Words{.at = {left + width / 2, top + height + 32},
                    .text = name_of_x,
                    .size = kTickSize,
                    .anchor = Anchor::middle});
  drawing.add(Words{.at = {left - 44, top + height / 2},
                    .text = name_of_y,
                    .size = kTickSize,
                    .anchor = Anchor::middle,
                    .upward = true});
}

double draw_legend(Drawing& drawing, const std::vector<LegendEntry>& entries, double left, double top) {
  constexpr std::size_t kMostLetters = 44;
  constexpr double kSample = 20;
  double x = left, y = top + kLegendRow / 2;
  for (const LegendEntry& entry : entries) {
    const std::string name = shortened(entry.name, kMostLetters);
    const double width = kSample + 5 + width_of(name, kTickSize) + 14;
    if (x > left && x + width > drawing.width) x = left, y += kLegendRow;
    if (entry.is_area)
      drawing.add(box(x, y - 5, kSample, 10, entry.paint));
    else
      drawing.add(Stroke{
          .points = {{x, y}, {x + kSample, y}}, .paint = entry.paint, .width = 2.5, .dashed = entry.dashed});
    drawing.add(Words{.at = {x + kSample + 5, y + 4}, .text = name, .size = kTickSize});
    x += width;
  }
  return entries.empty() ? 0 : y + kLegendRow / 2 - top;
}

}  // namespace sand::experiments
