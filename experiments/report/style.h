// The colours of reports and pictures, and the style sheet of a page.
#pragma once

#include <array>
#include <string>

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// The value of a paint in an attribute of SVG: "var(--ink)", "var(--s3)" or "#1f77b4".
std::string css_colour(const Paint& paint);
/// The shades of a paint on a light page, 0 to 1.
std::array<double, 3> light_colour(const Paint& paint);

/// CSS: the variables of all inks, for light pages, for dark ones and for printing.
std::string colour_rules();
/// CSS of a whole page, colour_rules() included.
std::string page_rules();

/// Dark blue at 0, over green, to light yellow at 1. Grey for NaN.
std::array<double, 3> heat_colour(double share);
/// Blue at -1, near white at 0, orange at 1. Grey for NaN.
std::array<double, 3> signed_colour(double number);
/// Of a class, from 0: the light colour of a series.
std::array<double, 3> class_colour(int number);

}  // namespace sand::experiments
