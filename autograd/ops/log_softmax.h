// y = x - ln sum e^x along the last axis.
#pragma once

#include "autograd/tape.h"
#include "tensor/elementary.h"

namespace sand {
namespace ops {

struct LogSoftmax {
  static constexpr OpDoc doc{"log_softmax", "y = x - ln sum_c e^x_c", "dx += dy - e^y sum_c dy_c"};

  static Shape shape(const Shape& x) {
    check(x.rank() == 2 && x[1] > 0, [&] {
      return Error(Fault::usage, "log_softmax: x must be a matrix").fact("x", x.text("n, classes"));
    });
    return x;
  }
  static void forward(TensorView x, TensorSpan y) {
    const Index classes = x.shape()[1];
    for (Index n = 0; n < x.shape()[0]; ++n) {
      const auto row = x.matrix().row(n).array();
      const double greatest = row.maxCoeff();  // subtracted first, so that e^x cannot overflow
      double total = 0;
      for (Index c = 0; c < classes; ++c) total += sand::exp(static_cast<double>(row[c]) - greatest);
      const double log_total = sand::log(total);
      for (Index c = 0; c < classes; ++c)
        y[n * classes + c] = static_cast<Scalar>((static_cast<double>(row[c]) - greatest) - log_total);
    }
  }
  static void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) {
    const Index classes = y.shape()[1];
    for (Index n = 0; n < y.shape()[0]; ++n) {
      Scalar total = 0;
      for (Index c = 0; c < classes; ++c) total += dy[n * classes + c];
      for (Index c = n * classes; c < (n + 1) * classes; ++c) dx[c] += dy[c] - sand::exp(y[c]) * total;
    }
  }
};

}  // namespace ops

/// x [n, classes] -> log probabilities [n, classes]. Throws Error(usage) unless x is a matrix.
inline Var log_softmax(Var x, Here here = Here::at()) { return x.tape().apply(ops::LogSoftmax{}, here, x); }

}  // namespace sand
