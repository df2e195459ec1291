#include "experiments/report/style.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

namespace sand::experiments {
namespace {

using Shades = std::array<double, 3>;

struct Variable {
  const char *name, *light, *dark;
};

// Text has a contrast of at least 4.5 on --page, --card and --warn; lines and dots of a series have 3.
constexpr Variable kInks[] = {
    {"ink", "#1a1c1e", "#e8eaed"},  {"soft", "#555b63", "#aeb4bb"}, {"line", "#d4d8dd", "#3a3f46"},
    {"card", "#ffffff", "#1a1d21"}, {"page", "#f5f6f8", "#121417"}, {"link", "#0b57a8", "#8ab8f5"},
    {"warn", "#fff4d6", "#3a2f10"},
};
constexpr Variable kSeries[kSeriesColours] = {
    {"s0", "#1f5fa8", "#7db4f0"}, {"s1", "#b45309", "#f0a04b"}, {"s2", "#2f7d32", "#7fce84"},
    {"s3", "#a21a6b", "#f08bc4"}, {"s4", "#0f766e", "#5fd0c3"}, {"s5", "#6d3fc0", "#b9a0f5"},
    {"s6", "#7c4a1e", "#d6a77a"}, {"s7", "#5b6470", "#aab4c0"},
};

int wrapped(int series) { return (series % kSeriesColours + kSeriesColours) % kSeriesColours; }

const Variable& variable_of(const Paint& paint) {
  switch (paint.ink) {
    case Ink::series: return kSeries[wrapped(paint.series)];
    case Ink::soft: return kInks[1];
    case Ink::line: return kInks[2];
    case Ink::card: return kInks[3];
    case Ink::text: break;
  }
  return kInks[0];
}

std::string variables(const char* Variable::*scheme) {
  std::string text;
  const auto add = [&](std::span<const Variable> list) {
    for (const Variable& each : list) text += std::string("--") + each.name + ":" + each.*scheme + ";";
  };
  add(kInks);
  add(kSeries);
  return text;
}

Shades shades_of(const char* hex) {
  Shades shades{};
  const unsigned long number = std::stoul(hex + 1, nullptr, 16);
  for (std::size_t i = 0; i < 3; ++i) shades[i] = static_cast<double>(number >> (16 - 8 * i) & 255) / 255;
  return shades;
}

constexpr Shades kGrey{0.62, 0.62, 0.62};

/// Between evenly spaced colours.
Shades between(std::span<const Shades> colours, double share) {
  if (std::isnan(share)) return kGrey;
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(colours.size() - 1);
  const std::size_t first = std::min(static_cast<std::size_t>(at), colours.size() - 2);
  Shades mixed{};
  for (std::size_t i = 0; i < 3; ++i)
    mixed[i] =
        colours[first][i] + (at - static_cast<double>(first)) * (colours[first + 1][i] - colours[first][i]);
  return mixed;
}

constexpr const char* kPage = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main,footer{max-width:1400px;margin:0 auto;padding:0 16px}
h1{font-size:1.6rem;margin:1rem 0 .25rem}h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
a{color:var(--link)}a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link)}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;padding:0;margin:.5rem 0}
nav a{display:inline-block;padding:4px 0}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px}
figure{margin:0;padding:12px;background:var(--card);border:1px solid var(--line);border-radius:8px;
min-width:0}
figure svg{display:block;width:100%;height:auto;max-width:640px}
figcaption{font-weight:600;overflow-wrap:anywhere}
figure p{margin:.25rem 0;font-size:.875rem;color:var(--soft);overflow-wrap:anywhere}
details{margin-top:.5rem;font-size:.875rem}summary{cursor:pointer;padding:4px 0;color:var(--link)}
.scroll{overflow:auto;max-height:24rem;background:var(--card);border:1px solid var(--line)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}
caption{text-align:left;padding:4px 8px;color:var(--soft)}
th,td{padding:3px 8px;text-align:right;border-bottom:1px solid var(--line);unicode-bidi:isolate;
vertical-align:top}
th{font-weight:600}th:first-child,.words th,.words td{text-align:left}
th[scope=row],.words td{overflow-wrap:anywhere;min-width:8rem;max-width:36rem}
@media (max-width:600px){header,main,footer{padding:0 8px}figure{padding:8px 4px}}
.warn{background:var(--warn);border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin:8px 0;
overflow-wrap:anywhere;white-space:pre-wrap}
footer{color:var(--soft);font-size:.875rem;padding-bottom:2rem;margin-top:2rem}
@media print{body{font-size:11px}figure{break-inside:avoid}nav,.skip{display:none}
details:not([open]){display:none}.scroll{max-height:none;overflow:visible}
.charts{grid-template-columns:repeat(2,1fr)}}
)";

}  // namespace

std::string css_colour(const Paint& paint) {
  if (!paint.is_exact) return std::string("var(--") + variable_of(paint).name + ")";
  unsigned shades[3];
  for (std::size_t i = 0; i < 3; ++i)
    shades[i] = static_cast<unsigned>(std::lround(255 * std::clamp(paint.rgb[i], 0.0, 1.0)));
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", shades[0], shades[1], shades[2]);
  return text;
}

std::array<double, 3> light_colour(const Paint& paint) {
  return paint.is_exact ? paint.rgb : shades_of(variable_of(paint).light);
}

std::string colour_rules() {
  const std::string light = variables(&Variable::light);
  return ":root{color-scheme:light dark;" + light + "}\n@media (prefers-color-scheme:dark){:root{" +
         variables(&Variable::dark) + "}}\n@media print{:root{" + light + "}}\n";
}

std::string page_rules() { return colour_rules() + kPage; }

std::array<double, 3> heat_colour(double share) {
  static constexpr Shades kHeat[] = {
      {0.10, 0.09, 0.30}, {0.12, 0.33, 0.53}, {0.10, 0.56, 0.52}, {0.55, 0.77, 0.30}, {0.99, 0.93, 0.55}};
  return between(kHeat, share);
}

std::array<double, 3> signed_colour(double number) {
  static constexpr Shades kSigned[] = {
      {0.07, 0.24, 0.52}, {0.42, 0.62, 0.85}, {0.96, 0.96, 0.94}, {0.93, 0.63, 0.30}, {0.58, 0.25, 0.02}};
  return between(kSigned, (number + 1) / 2);
}

std::array<double, 3> class_colour(int number) { return light_colour(of_series(number)); }

}  // namespace sand::experiments
