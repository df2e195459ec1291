// The loss of a classifier with two classes and one output: binary cross-entropy of sigmoid(x), summed and
// weighted.
#pragma once

#include "autograd/ops/class_labels.h"
#include "autograd/tape.h"
#include "tensor/elementary.h"

namespace sand {
namespace ops {

/// The loss of one row, and its derivative. ln(1 + e^x) - x = ln(1 + e^-x), which does not cancel.
inline double bce_loss(Scalar x, std::int32_t label) {
  const double logit = x;
  return sand::softplus(label == 1 ? -logit : logit);
}
inline Scalar bce_slope(Scalar x, std::int32_t label) {
  return label == 1 ? -sand::sigmoid(-x) : sand::sigmoid(x);
}

/// Throws Error(usage) unless x has one number per row, else as check_labels.
inline void check_logits(const char* op, const Shape& x, std::span<const std::int32_t> labels) {
  check(x.size() == x.rows(), [&] {
    return Error(Fault::usage, std::string(op) + ": x must have one number per row")
        .fact("x", x.text("n, 1"));
  });
  check_labels(op, x, labels, 2);
}

struct BceWithLogits {
  static constexpr OpDoc doc{"bce_with_logits", "y = weight sum_n ln(1 + e^x_n) - label_n x_n",
                             "dx += dy weight (sigmoid(x) - label)"};
  std::span<const std::int32_t> labels;  // [n], 0 or 1
  Scalar weight;                         // 1 / rows of the whole domain

  Shape shape(const Shape& x) const {
    check_logits("bce_with_logits", x, labels);
    return {};
  }
  void forward(TensorView x, TensorSpan y) const {
    double total = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) total += bce_loss(x[static_cast<Index>(n)], labels[n]);
    y[0] = static_cast<Scalar>(weight * total);
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Scalar factor = dy[0] * weight;
    for (std::size_t n = 0; n < labels.size(); ++n) {
      const Index i = static_cast<Index>(n);
      dx[i] += factor * bce_slope(x[i], labels[n]);
    }
  }
};

}  // namespace ops

/// x [n] or [n, 1] (logits), labels [n] in {0, 1} -> one number; `weight` as in cross_entropy. Throws
/// Error(usage) for wrong shapes, Error(data) for other labels. `labels` must outlive the pass.
inline Var bce_with_logits(Var x, std::span<const std::int32_t> labels, Scalar weight,
                           Here here = Here::at()) {
  return x.tape().apply(ops::BceWithLogits{labels, weight}, here, x);
}

}  // namespace sand
