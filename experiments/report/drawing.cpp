#include "experiments/report/drawing.h"

#include "tensor/printable.h"

namespace sand::experiments {
namespace {

bool continues_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::size_t letters_in(const std::string& text) {
  std::size_t letters = 0;
  for (const char byte : text) letters += continues_letter(byte) ? 0 : 1;
  return letters;
}

}  // namespace

void Drawing::add(const Drawing& other, double right, double down) {
  const auto move = [&](Point& point) { point = {point.x + right, point.y + down}; };
  for (Figure figure : other.figures) {
    if (auto* const stroke = std::get_if<Stroke>(&figure))
      for (Point& point : stroke->points) move(point);
    else if (auto* const area = std::get_if<Area>(&figure))
      for (Point& point : area->points) move(point);
    else if (auto* const dot = std::get_if<Dot>(&figure))
      move(dot->at);
    else if (auto* const words = std::get_if<Words>(&figure))
      move(words->at);
    else if (auto* const raster = std::get_if<Raster>(&figure))
      move(raster->at);
    figures.push_back(std::move(figure));
  }
}

Area box(double x, double y, double width, double height, const Paint& paint, double opacity) {
  return {.points = {{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}},
          .paint = paint,
          .opacity = opacity};
}

std::string shortened(const std::string& text, std::size_t most) {
  const std::string clean = without_controls(text);
  if (letters_in(clean) <= most) return clean;
  std::string start;
  std::size_t letters = 0;
  for (const char byte : clean) {
    if (!continues_letter(byte) && ++letters == most) break;
    start += byte;
  }
  return start + "\u2026";
}

double width_of(const std::string& text, double size) {
  return 0.56 * size * static_cast<double>(letters_in(text));
}

}  // namespace sand::experiments
