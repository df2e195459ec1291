// Scores of outputs, for reports; the training losses are in nn/objectives.h.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace sand::nn {

/// The number of rows classified correctly. For outputs [n, classes] the greatest logit wins, on ties the
/// first; for outputs [n, 1] a positive logit means class 1. Throws Error(usage) unless there is one label
/// per row.
Index correct(TensorView outputs, std::span<const std::int32_t> labels);

}  // namespace sand::nn
