#include "nn/residuals.h"

#include "autograd/ops/add.h"
#include "autograd/ops/class_labels.h"
#include "autograd/ops/exp.h"
#include "autograd/ops/log_softmax.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/sigmoid.h"
#include "autograd/ops/sum.h"

namespace sand::nn {

Var residuals(Var logits, const Targets& targets) {
  const bool one_logit = logits.shape().rank() == 1 || logits.shape().columns() == 1;
  const Index rows = logits.shape().rows(), classes = one_logit ? 1 : logits.shape()[1];
  ops::check_labels("residuals", logits.shape(), targets.labels, one_logit ? 2 : classes);
  Tensor minus_true(logits.shape());
  for (Index n = 0; n < rows; ++n) {
    const auto label = static_cast<Index>(targets.labels[static_cast<std::size_t>(n)]);
    if (one_logit)
      minus_true[n] = -static_cast<Scalar>(label);
    else
      minus_true[n * classes + label] = -1;
  }
  const Var share = one_logit ? sigmoid(logits) : exp(log_softmax(logits));
  return add(share, logits.tape().copied(minus_true));
}

Var slope_of_scale(const Objective& loss, Var outputs, const Targets& targets) {
  return scale(sum(mul(loss.slopes(outputs, targets), outputs)),
               Scalar{1} / static_cast<Scalar>(outputs.shape().rows()));
}

Var slope_of_shift(const Objective& loss, Var outputs, const Targets& targets) {
  return scale(sum(loss.slopes(outputs, targets)), Scalar{1} / static_cast<Scalar>(outputs.shape().rows()));
}

}  // namespace sand::nn
