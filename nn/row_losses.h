// The loss of every row on its own.
#pragma once

#include "autograd/domain_objective.h"
#include "autograd/ops/bce_with_logits_rows.h"
#include "autograd/ops/cross_entropy_rows.h"

namespace sand::nn {

/// Cross-entropy of logits [n, classes] or of one logit [n, 1] -> [n, 1].
inline Var row_losses(Var logits, const Targets& targets) {
  return logits.shape().columns() == 1 ? bce_with_logits_rows(logits, targets.labels)
                                       : cross_entropy_rows(logits, targets.labels);
}

}  // namespace sand::nn
