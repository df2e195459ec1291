// How well outputs fit, for reports; what is trained on is in nn/objectives.h.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace sand::nn {

/// How many of n rows are classified right. Of outputs [n, classes] the greatest logit wins, the first of
/// equals; of outputs [n, 1] a positive logit means class 1. Throws Error(usage) unless there is a label for
/// each row.
Index correct(TensorView outputs, std::span<const std::int32_t> labels);

}  // namespace sand::nn
