// The loss of a classifier: minus the log probability of the true class, summed over rows and weighted.
#pragma once

#include "autograd/ops/class_labels.h"
#include "autograd/ops/log_softmax.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

/// Number i of softmax(x) - 1[label], the gradient of the losses of rows, from log_softmax(x) [n, classes].
inline Scalar cross_entropy_slope(TensorView log_softmax, std::span<const std::int32_t> labels, Index i) {
  const Index classes = log_softmax.shape()[1];
  return sand::exp(log_softmax[i]) -
         (labels[static_cast<std::size_t>(i / classes)] == i % classes ? Scalar{1} : Scalar{0});
}

struct CrossEntropy {
  static constexpr OpDoc doc{"cross_entropy", "y = -weight sum_n log_softmax(x)[n, label_n]",
                             "dx += dy weight (softmax(x) - 1[label])"};
  std::span<const std::int32_t> labels;  // [n]
  Scalar weight;                         // 1 / rows of the whole domain
  TensorSpan saved{};                    // log_softmax(x)

  Shape shape(const Shape& x) const {
    check_labels("cross_entropy", x, labels, LogSoftmax::shape(x)[1]);
    return {};
  }
  static Shape saved_shape(const Shape& x) { return x; }

  void forward(TensorView x, TensorSpan y) const {
    LogSoftmax::forward(x, saved);
    const Index classes = x.shape()[1];
    double total = 0;
    for (std::size_t n = 0; n < labels.size(); ++n)
      total -= saved[static_cast<Index>(n) * classes + labels[n]];
    y[0] = static_cast<Scalar>(weight * total);
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Scalar factor = dy[0] * weight;
    for (Index i = 0; i < x.size(); ++i) dx[i] += factor * cross_entropy_slope(saved, labels, i);
  }
};

}  // namespace ops

/// x [n, classes] (logits), labels [n] -> one number. `weight` is 1/n for the mean over these rows; a shard
/// of a larger domain passes 1 / (rows of the domain). Throws Error(usage) for wrong shapes, Error(data) for
/// labels outside the classes. `labels` must outlive the pass.
inline Var cross_entropy(Var x, std::span<const std::int32_t> labels, Scalar weight, Here here = Here::at()) {
  return x.tape().apply(ops::CrossEntropy{labels, weight}, here, x);
}

}  // namespace sand
