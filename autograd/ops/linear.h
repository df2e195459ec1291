// y = x w^T + b: the layer that does the work of an MLP.
#pragma once

#include <algorithm>

#include "autograd/tape.h"
#include "tensor/kernels/kernels.h"

namespace sand {
namespace ops {

struct Linear {
  static constexpr OpDoc doc{"linear", "y = x w^T + b", "dx += dy w, dw += dy^T x, db += sum_n dy"};
  PackedPair packed;   // w in the kernels' order, if somebody prepared it; else it is packed here, twice
  TensorSpan saved{};  // room to pack one operand

  static Shape shape(const Shape& x, const Shape& w, const Shape& b) {
    check(x.rank() == 2 && w.rank() == 2 && b.rank() == 1 && x[1] == w[1] && w[0] == b[0], [&] {
      return Error(Fault::usage, "linear: features of x must equal columns of w, and b must have one number per row of w")
          .fact("x", x.text("n, in"))
          .fact("w", w.text("out, in"))
          .fact("b", b.text("out"));
    });
    return {x[0], w[0]};
  }
  static Shape saved_shape(const Shape& x, const Shape& w, const Shape&) {
    const kernels::Table& table = kernels::chosen();
    return {std::max({table.packed_size(w[1], w[0]), table.packed_size(w[0], w[1]), table.packed_size(x[0], x[1])})};
  }
  static Index multiply_adds(const Shape& x, const Shape& w, const Shape&) { return x[0] * w.size(); }

  void forward(TensorView x, TensorView w, TensorView b, TensorSpan y) const {
    const Index n = x.shape()[0], in = x.shape()[1], out = w.shape()[0];
    for (Index row = 0; row < n; ++row) Eigen::Map<FlatArray>(y.data() + row * out, out) = b.array();
    const Scalar* right = packed.transposed ? packed.transposed : pack({w.data(), 1, in}, in, out);
    kernels::chosen().multiply({x.data(), in, 1}, right, y.data(), out, n, in, out);
  }

  void backward(TensorView x, TensorView w, TensorView, TensorView, TensorView dy, TensorSpan dx, TensorSpan dw, TensorSpan db) const {
    const Index n = x.shape()[0], in = x.shape()[1], out = w.shape()[0];
    if (dx) {
      const Scalar* right = packed.straight ? packed.straight : pack({w.data(), in, 1}, out, in);
      kernels::chosen().multiply({dy.data(), out, 1}, right, dx.data(), in, n, out, in);
    }
    if (dw) kernels::chosen().multiply({dy.data(), 1, out}, pack({x.data(), in, 1}, n, in), dw.data(), in, out, n, in);
    if (db)
      for (Index row = 0; row < n; ++row) db.array() += Eigen::Map<const FlatArray>(dy.data() + row * out, out);
  }

 private:
  const Scalar* pack(kernels::Strided right, Index depth, Index columns) const {
    kernels::chosen().pack(right, depth, columns, saved.data(), 0, 1);
    return saved.data();
  }
};

}  // namespace ops

/// x [n, in], w [out, in], b [out] -> y [n, out]. Throws Error(usage) for shapes that do not fit.
inline Var linear(Var x, Var w, Var b, Here here = Here::at()) { return x.tape().apply(ops::Linear{w.tape().packed(w)}, here, x, w, b); }

}  // namespace sand
