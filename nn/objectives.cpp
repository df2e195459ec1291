#include "nn/objectives.h"

#include "autograd/ops/bce_with_logits.h"
#include "autograd/ops/cross_entropy.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/squared_error.h"

namespace sand::nn {

Var CrossEntropy::loss(Var outputs, const Targets& targets, Index rows_in_domain) const {
  return cross_entropy(outputs, targets.labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
}

Var BinaryCrossEntropy::loss(Var outputs, const Targets& targets, Index rows_in_domain) const {
  return bce_with_logits(outputs, targets.labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
}

Var SquaredError::loss(Var outputs, const Targets& targets, Index rows_in_domain) const {
  check(static_cast<bool>(targets.values),
        [] { return Error(Fault::usage, "SquaredError: the batch has no target values").hint("put them into DomainRows::target_values"); });
  const Scalar share = static_cast<Scalar>(outputs.shape().rows()) / static_cast<Scalar>(rows_in_domain);
  return scale(squared_error(outputs, outputs.tape().constant(targets.values)), share);
}

}  // namespace sand::nn
