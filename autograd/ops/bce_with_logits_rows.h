// Binary cross-entropy of sigmoid(x) row by row, without a sum: the loss of a classifier with two classes and
// one output.
#pragma once

#include "autograd/ops/bce_with_logits.h"

namespace sand {
namespace ops {

struct BceWithLogitsRows {
  static constexpr OpDoc doc{"bce_with_logits_rows", "y_n = ln(1 + e^x_n) - label_n x_n",
                             "dx_n += dy_n (sigmoid(x_n) - label_n)"};
  std::span<const std::int32_t> labels;  // [n], 0 or 1

  Shape shape(const Shape& x) const {
    check_logits("bce_with_logits_rows", x, labels);
    return {x.rows(), 1};
  }
  void forward(TensorView x, TensorSpan y) const {
    for (Index n = 0; n < x.size(); ++n)
      y[n] = static_cast<Scalar>(bce_loss(x[n], labels[static_cast<std::size_t>(n)]));
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    for (Index n = 0; n < x.size(); ++n)
      dx[n] += dy[n] * bce_slope(x[n], labels[static_cast<std::size_t>(n)]);
  }
};

}  // namespace ops

/// x [n] or [n, 1] (logits), labels [n] in {0, 1} -> y [n, 1]. Throws Error(usage) for wrong shapes,
/// Error(data) for other labels. `labels` must outlive the pass.
inline Var bce_with_logits_rows(Var x, std::span<const std::int32_t> labels, Here here = Here::at()) {
  return x.tape().apply(ops::BceWithLogitsRows{labels}, here, x);
}

}  // namespace sand
