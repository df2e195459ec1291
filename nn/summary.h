// A table of a model's operations.
#pragma once

#include <string>

#include "autograd/domain_gradients.h"

namespace sand::nn {

/// Runs `network` once on an input of zeros and lists every operation: output shape, weights, multiply-adds
/// and bytes of one example, with totals.
///   example  shape of one input without n, e.g. [2, 28, 28]
std::string summary(const Network& network, const Parameters& parameters, const Shape& example);

}  // namespace sand::nn
