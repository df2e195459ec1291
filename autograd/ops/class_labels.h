// The check of labels, shared by losses over classes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "tensor/error.h"
#include "tensor/shape.h"

namespace sand::ops {

/// Throws Error(usage) unless there is one label per row of x, Error(data) unless each is in 0 .. classes
/// - 1.
inline void check_labels(const char* op, const Shape& x, std::span<const std::int32_t> labels,
                         Index classes) {
  check(x.rows() == static_cast<Index>(labels.size()), [&] {
    return Error(Fault::usage, std::string(op) + ": there must be one label per row of x")
        .fact("x", x.text())
        .fact("labels", std::to_string(labels.size()));
  });
  const auto bad = std::find_if(labels.begin(), labels.end(),
                                [&](std::int32_t label) { return label < 0 || label >= classes; });
  check(bad == labels.end(), [&] {
    return Error(Fault::data, std::string(op) + ": a label is not one of 0 .. " + std::to_string(classes - 1))
        .fact("label", std::to_string(*bad))
        .fact("row", std::to_string(bad - labels.begin()));
  });
}

}  // namespace sand::ops
