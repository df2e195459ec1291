#include "nn/objectives.h"

#include "autograd/ops/bce_with_logits.h"
#include "autograd/ops/cross_entropy.h"

namespace sand::nn {

Var CrossEntropy::loss(Var outputs, std::span<const std::int32_t> labels, Index rows_in_domain) const {
  return cross_entropy(outputs, labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
}

Index CrossEntropy::correct(TensorView outputs, std::span<const std::int32_t> labels) const {
  Index right = 0;
  for (Index n = 0; n < outputs.shape().rows(); ++n) {
    Index winner = 0;
    outputs.matrix().row(n).maxCoeff(&winner);
    right += winner == labels[static_cast<std::size_t>(n)];
  }
  return right;
}

Var BinaryCrossEntropy::loss(Var outputs, std::span<const std::int32_t> labels, Index rows_in_domain) const {
  return bce_with_logits(outputs, labels, Scalar{1} / static_cast<Scalar>(rows_in_domain));
}

Index BinaryCrossEntropy::correct(TensorView outputs, std::span<const std::int32_t> labels) const {
  Index right = 0;
  for (std::size_t n = 0; n < labels.size(); ++n) right += (outputs[static_cast<Index>(n)] > 0) == (labels[n] == 1);
  return right;
}

}  // namespace sand::nn
