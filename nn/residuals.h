// The derivative of a row's loss by its logits.
#pragma once

#include "autograd/domain_objective.h"

namespace sand::nn {

/// r = softmax(x) - 1[label] for logits [n, classes], sigmoid(x) - label for one logit [n, 1]: the derivative
/// of cross-entropy. Itself on the tape, so that a penalty on it has a gradient. Throws Error(data) for
/// labels outside the classes.
Var residuals(Var logits, const Targets& targets);

/// d / ds of the mean loss of outputs s x, at s = 1: mean_n sum_c r_nc x_nc with the slopes r of the loss
/// (IRMv1's dummy classifier).
Var slope_of_scale(const Objective& loss, Var outputs, const Targets& targets);
/// Likewise of outputs x + s, at s = 0: mean_n sum_c r_nc.
Var slope_of_shift(const Objective& loss, Var outputs, const Targets& targets);

}  // namespace sand::nn
