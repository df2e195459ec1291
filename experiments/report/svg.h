// Drawings as SVG.
#pragma once

#include <string>

#include "experiments/report/drawing.h"

namespace sand::experiments {

/// The element <svg> for a page that has the style sheet. It is an image with `title` and `about` as its
/// text alternative. `id` is unique in the page.
std::string svg_element(const Drawing& drawing, const std::string& id, const std::string& title,
                        const std::string& about);

/// A file of its own, with its colours and a background.
std::string svg_file(const Drawing& drawing, const std::string& title, const std::string& about);

}  // namespace sand::experiments
