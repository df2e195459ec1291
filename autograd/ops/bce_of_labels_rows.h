// Binary cross-entropy of several labels, row by row, without a sum over rows.
#pragma once

#include "autograd/ops/bce_with_logits.h"

namespace sand {
namespace ops {

struct BceOfLabelsRows {
  static constexpr OpDoc doc{"bce_of_labels_rows", "y_n = mean_i ln(1 + e^x_ni) - t_ni x_ni",
                             "dx_ni += dy_n (sigmoid(x_ni) - t_ni) / labels"};
  TensorView labels;  // t [n, labels], 0 or 1

  Shape shape(const Shape& x) const {
    check(static_cast<bool>(labels) && x.rank() == 2 && x.size() > 0 && x == labels.shape(), [&] {
      return Error(Fault::usage, "bce_of_labels_rows: there must be a label, 0 or 1, for each number of x")
          .fact("x", x.text("n, labels"))
          .fact("labels", labels ? labels.shape().text("n, labels") : "none");
    });
    for (Index i = 0; i < labels.size(); ++i)
      check(labels[i] == 0 || labels[i] == 1, [&] {
        return Error(Fault::data, "bce_of_labels_rows: a label is not 0 or 1")
            .fact("label", std::to_string(labels[i]))
            .fact("row", std::to_string(i / x[1]));
      });
    return {x.rows(), 1};
  }
  void forward(TensorView x, TensorSpan y) const {
    const Index each = x.shape()[1];
    for (Index n = 0; n < y.size(); ++n) {
      double total = 0;
      for (Index i = n * each; i < (n + 1) * each; ++i) total += bce_loss(x[i], labels[i] == 1);
      y[n] = static_cast<Scalar>(total / static_cast<double>(each));
    }
  }
  void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) const {
    const Index each = x.shape()[1];
    for (Index i = 0; i < x.size(); ++i)
      dx[i] += dy[i / each] / static_cast<Scalar>(each) * bce_slope(x[i], labels[i] == 1);
  }
};

}  // namespace ops

/// x [n, labels] (logits), labels [n, labels] of 0 and 1 -> y [n, 1]. Throws Error(usage) for other shapes,
/// Error(data) for other labels. `labels` must outlive the pass.
inline Var bce_of_labels_rows(Var x, TensorView labels, Here here = Here::at()) {
  return x.tape().apply(ops::BceOfLabelsRows{labels}, here, x);
}

}  // namespace sand
