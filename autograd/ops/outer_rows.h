// The gradient of a linear layer's weights and biases by one example, row by row: the outer product of
// a = d loss / d output and b = input, with a 1 after the last input for the bias.
#pragma once

#include "autograd/tape.h"
#include "tensor/sum.h"

namespace sand {
namespace ops {

struct OuterRows {
  static constexpr OpDoc doc{"outer_rows", "y_n(c, k) = a_nc b_nk, and a_nc after the last k",
                             "da_nc += sum_k dy_n(c, k) b_nk + dy_n(c, f), db_nk += sum_c dy_n(c, k) a_nc"};
  static constexpr bool backward_ignores_output = true;

  static Shape shape(const Shape& a, const Shape& b) {
    check(a.rank() == 2 && b.rank() == 2 && a[0] == b[0], [&] {
      return Error(Fault::usage, "outer_rows: a and b must be matrices with the same number of rows")
          .fact("a", a.text("n, c"))
          .fact("b", b.text("n, f"));
    });
    return {a[0], a[1] * (b[1] + 1)};
  }
  static void forward(TensorView a, TensorView b, TensorSpan y) {
    const Index f = b.shape()[1];
    for (Index row = 0; row < a.size(); ++row) {  // (n, c)
      const Scalar* const from = b.data() + row / a.shape()[1] * f;
      Scalar* const to = y.data() + row * (f + 1);
      for (Index k = 0; k < f; ++k) to[k] = a[row] * from[k];
      to[f] = a[row];
    }
  }
  static void backward(TensorView a, TensorView b, TensorView, TensorView dy, TensorSpan da, TensorSpan db) {
    const Index classes = a.shape()[1], f = b.shape()[1];
    const auto product = [](Scalar x, Scalar y) { return static_cast<double>(x) * static_cast<double>(y); };
    if (da)
      for (Index row = 0; row < a.size(); ++row) {
        const Scalar* const seed = dy.data() + row * (f + 1);
        const Scalar* const input = b.data() + row / classes * f;
        da[row] += static_cast<Scalar>(sum_terms(f, [=](Index k) { return product(seed[k], input[k]); }) +
                                       static_cast<double>(seed[f]));
      }
    if (db)
      for (Index i = 0; i < b.size(); ++i) {
        const Index n = i / f, k = i % f;
        double total = 0;
        for (Index c = 0; c < classes; ++c)
          total += product(dy[(n * classes + c) * (f + 1) + k], a[n * classes + c]);
        db[i] += static_cast<Scalar>(total);
      }
  }
};

}  // namespace ops

/// a [n, c], b [n, f] -> y [n, c (f + 1)]. Row n of y: for every c, in order, a_nc b_n0 ... a_nc b_n(f-1) and
/// then a_nc itself, so that number c (f + 1) + k belongs to weight (c, k), and number c (f + 1) + f to bias
/// c. Throws Error(usage) for other shapes.
inline Var outer_rows(Var a, Var b, Here here = Here::at()) {
  return a.tape().apply(ops::OuterRows{}, here, a, b);
}

}  // namespace sand
