#include "experiments/report/svg.h"

#include <cmath>
#include <cstdio>

#include "experiments/report/html.h"
#include "experiments/report/style.h"

namespace sand::experiments {
namespace {

/// A tenth of a unit is the finest step.
std::string svg_number(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", std::isfinite(number) ? number : 0.0);
  std::string digits = text;
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits == "-0" ? "0" : digits;
}

std::string pair_text(const Point& point) { return svg_number(point.x) + " " + svg_number(point.y); }

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

std::string opacity_text(double opacity) {
  if (opacity >= 1) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", opacity);
  return attribute("opacity", text);
}

/// The pieces of a line between its gaps. A piece of one point is drawn as a short dash.
std::string path_of(const std::vector<Point>& points) {
  std::string path;
  bool is_drawing = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& at = points[i];
    if (!std::isfinite(at.x) || !std::isfinite(at.y)) {
      is_drawing = false;
      continue;
    }
    path += (is_drawing ? "L" : "M") + pair_text(at);
    const bool alone = !is_drawing && (i + 1 == points.size() || !std::isfinite(points[i + 1].x) ||
                                       !std::isfinite(points[i + 1].y));
    if (alone) path += "h1.5";
    is_drawing = true;
  }
  return path;
}

struct SvgWriter {
  std::string operator()(const Stroke& stroke) const {
    const std::string path = path_of(stroke.points);
    if (path.empty()) return "";
    return "<path" + attribute("d", path) + " fill=\"none\"" + attribute("stroke", css_colour(stroke.paint)) +
           attribute("stroke-width", svg_number(stroke.width)) +
           (stroke.dashed ? " stroke-dasharray=\"5 3\"" : "") + opacity_text(stroke.opacity) +
           " stroke-linejoin=\"round\"/>\n";
  }
  std::string operator()(const Area& area) const {
    return "<path" + attribute("d", path_of(area.points) + "Z") + attribute("fill", css_colour(area.paint)) +
           opacity_text(area.opacity) + "/>\n";
  }
  std::string operator()(const Dot& dot) const {
    if (dot.mark == Mark::disc)
      return "<circle" + attribute("cx", svg_number(dot.at.x)) + attribute("cy", svg_number(dot.at.y)) +
             attribute("r", svg_number(dot.radius)) + attribute("fill", css_colour(dot.paint)) + "/>\n";
    const std::string across = svg_number(2 * dot.radius), back = svg_number(-2 * dot.radius);
    return "<path" +
           attribute("d", "M" + pair_text({dot.at.x - dot.radius, dot.at.y - dot.radius}) + "l" + across +
                              " " + across + "m" + back + " 0l" + across + " " + back) +
           " fill=\"none\" stroke-width=\"1.5\"" + attribute("stroke", css_colour(dot.paint)) + "/>\n";
  }
  std::string operator()(const Words& words) const {
    const char* const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    return "<text" + attribute("x", svg_number(words.at.x)) + attribute("y", svg_number(words.at.y)) +
           attribute("font-size", svg_number(words.size)) + attribute("fill", css_colour(words.paint)) +
           anchors[static_cast<int>(words.anchor)] +
           (words.upward ? attribute("transform", "rotate(-90 " + pair_text(words.at) + ")") : "") + ">" +
           escaped_text(words.text) + "</text>\n";
  }
  std::string operator()(const Raster& raster) const {
    return "<image" + attribute("x", svg_number(raster.at.x)) + attribute("y", svg_number(raster.at.y)) +
           attribute("width", svg_number(raster.width)) + attribute("height", svg_number(raster.height)) +
           " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\"" +
           attribute("href", "data:image/png;base64," + base64(raster.picture->png())) + "/>\n";
  }
};

std::string svg_of(const Drawing& drawing, const std::string& id, const std::string& title,
                   const std::string& about, const std::string& first, const std::string& attributes) {
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + svg_number(drawing.width) +
                    " " + svg_number(drawing.height) + "\" role=\"img\" aria-labelledby=\"" + id + "-t " +
                    id + "-d\" font-family=\"system-ui,sans-serif\"" + attributes + ">\n<title id=\"" + id +
                    "-t\">" + escaped_text(title) + "</title><desc id=\"" + id + "-d\">" +
                    escaped_text(about) + "</desc>\n" + first;
  for (const Figure& figure : drawing.figures) svg += std::visit(SvgWriter(), figure);
  return svg + "</svg>";
}

}  // namespace

std::string svg_element(const Drawing& drawing, const std::string& id, const std::string& title,
                        const std::string& about) {
  return svg_of(drawing, id, title, about, "", "");
}

std::string svg_file(const Drawing& drawing, const std::string& title, const std::string& about) {
  const std::string size =
      attribute("width", svg_number(drawing.width)) + attribute("height", svg_number(drawing.height));
  return svg_of(drawing, "picture", title, about,
                "<style>" + colour_rules() + "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"" +
                    css_colour(of_ink(Ink::card)) + "\"/>\n",
                size) +
         "\n";
}

}  // namespace sand::experiments
