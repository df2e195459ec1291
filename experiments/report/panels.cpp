#include "experiments/report/panels.h"

#include <algorithm>

namespace sand::experiments {

Drawing panels_drawing(const std::vector<Panel>& panels, double width, int in_a_row) {
  constexpr double kBetween = 12, kHeading = 18, kTextSize = 12, kHighest = 1.25;
  Drawing drawing{.width = width, .height = 0};
  if (panels.empty()) return drawing;
  const double wide = (width - kBetween * (in_a_row + 1)) / in_a_row;
  double y = 0, highest = 0;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const int column = static_cast<int>(i) % in_a_row;
    if (column == 0) y += i == 0 ? 0 : highest + kHeading + kBetween, highest = 0;
    const double x = kBetween + column * (wide + kBetween);
    const HeatMap& map = panels[i].map;
    const double ratio = static_cast<double>(std::max(map.rows, 1)) / std::max(map.columns, 1);
    const double high = wide * std::min(ratio, kHighest), shown = high / ratio;  // never too high for a page
    highest = std::max(highest, high);
    drawing.add(
        Words{.at = {x, y + 13}, .text = panels[i].title, .size = kTextSize, .paint = of_ink(Ink::soft)});
    drawing.add(Raster{{x, y + kHeading}, shown, high, std::make_shared<const Picture>(picture_of(map))});
  }
  y += kHeading + highest + 8;
  drawing.height = y + draw_colour_bar(drawing, panels[0].map, kBetween, y);
  return drawing;
}

}  // namespace sand::experiments
