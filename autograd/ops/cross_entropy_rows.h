// The loss of a classifier row by row, without a sum: minus the log probability of the true class.
#pragma once

#include "autograd/ops/cross_entropy.h"

namespace sand {
namespace ops {

struct CrossEntropyRows {
  static constexpr OpDoc doc{"cross_entropy_rows", "y_n = -log_softmax(x)[n, label_n]",
                             "dx_n += dy_n (softmax(x_n) - 1[label_n])"};
  std::span<const std::int32_t> labels;  // [n]
  TensorSpan saved{};                    // log_softmax(x)

  Shape shape(const Shape& x) const {
    check_labels("cross_entropy_rows", x, labels, LogSoftmax::shape(x)[1]);
    return {x[0], 1};
  }
  static Shape saved_shape(const Shape& x) { return x; }

  void forward(TensorView x, TensorSpan y) const {
    LogSoftmax::forward(x, saved);
    const Index classes = x.shape()[1];
    for (Index n = 0; n < y.size(); ++n) y[n] = -saved[n * classes + labels[static_cast<std::size_t>(n)]];
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    for (Index i = 0; i < x.size(); ++i)
      dx[i] += dy[i / x.shape()[1]] * cross_entropy_slope(saved, labels, i);
  }
};

}  // namespace ops

/// x [n, classes] (logits), labels [n] -> y [n, 1]. Throws Error(usage) for wrong shapes, Error(data) for
/// labels outside the classes. `labels` must outlive the pass.
inline Var cross_entropy_rows(Var x, std::span<const std::int32_t> labels, Here here = Here::at()) {
  return x.tape().apply(ops::CrossEntropyRows{labels}, here, x);
}

}  // namespace sand
