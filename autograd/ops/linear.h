// y = x w^T + b: a fully connected layer.
#pragma once

#include "autograd/tape.h"
#include "tensor/kernels/kernels.h"

namespace sand {
namespace ops {

struct Linear {
  static constexpr OpDoc doc{"linear", "y = x w^T + b", "dx += dy w, dw += dy^T x, db += sum_n dy"};
  static constexpr bool backward_ignores_output = true;
  // w^T [in, out] packed, for the forward pass, then w [out, in] packed, for dx
  const Scalar* prepared = nullptr;
  TensorSpan scratch{};  // x packed, for dw

  static Shape shape(const Shape& x, const Shape& w, const Shape& b) {
    check(x.rank() == 2 && w.rank() == 2 && b.rank() == 1 && x[1] == w[1] && w[0] == b[0], [&] {
      return Error(Fault::usage,
                   "linear: features of x must equal columns of w, and b must have one number per row of w")
          .fact("x", x.text("n, in"))
          .fact("w", w.text("out, in"))
          .fact("b", b.text("out"));
    });
    return {x[0], w[0]};
  }
  static WeightForm form(const Shape&, const Shape& w, const Shape&, bool wanted) {
    return {packed_size(w[1], w[0]) + (wanted ? packed_size(w[0], w[1]) : 0), pack, wanted};
  }
  static Shape scratch_shape(const Shape& x, const Shape&, const Shape&) { return {packed_size(x[0], x[1])}; }
  static Index multiply_adds(const Shape& x, const Shape& w, const Shape&) { return x[0] * w.size(); }

  void forward(TensorView x, TensorView w, TensorView b, TensorSpan y) const {
    const Index n = x.shape()[0], in = x.shape()[1], out = w.shape()[0];
    for (Index row = 0; row < n; ++row) Eigen::Map<FlatArray>(y.data() + row * out, out) = b.array();
    kernels::chosen().multiply({x.data(), in, 1}, prepared, y.data(), out, n, in, out);
  }

  void backward(TensorView x, TensorView w, TensorView, TensorView, TensorView dy, TensorSpan dx,
                TensorSpan dw, TensorSpan db) const {
    const Index n = x.shape()[0], in = x.shape()[1], out = w.shape()[0];
    if (dx)
      kernels::chosen().multiply({dy.data(), out, 1}, prepared + packed_size(in, out), dx.data(), in, n, out,
                                 in);
    if (dw) {
      kernels::chosen().pack({x.data(), in, 1}, n, in, scratch.data(), 0, 1);
      kernels::chosen().multiply({dy.data(), 1, out}, scratch.data(), dw.data(), in, out, n, in);
    }
    if (db)
      for (Index row = 0; row < n; ++row)
        db.array() += Eigen::Map<const FlatArray>(dy.data() + row * out, out);
  }

 private:
  static Index packed_size(Index depth, Index columns) {
    return kernels::chosen().packed_size(depth, columns);
  }
  static void pack(TensorView w, const WeightForm& form, Scalar* to, int part, int parts) {
    const Index out = w.shape()[0], in = w.shape()[1];
    const kernels::Strided straight{w.data(), in, 1};
    kernels::chosen().pack(straight.transposed(), in, out, to, part, parts);
    if (form.back) kernels::chosen().pack(straight, out, in, to + packed_size(in, out), part, parts);
  }
};

}  // namespace ops

/// x [n, in], w [out, in], b [out] -> y [n, out]. Throws Error(usage) for shapes that do not fit.
inline Var linear(Var x, Var w, Var b, Here here = Here::at()) {
  return x.tape().apply(ops::Linear{}, here, x, w, b);
}

}  // namespace sand
