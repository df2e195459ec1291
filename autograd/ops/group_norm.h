// Group normalisation (Wu and He 2018, arXiv 1803.08494): within each image, groups of channels are
// normalised to mean 0 and variance 1, then each channel has its own weight and bias. Unlike batch norm, an
// image's output depends on that image alone.
#pragma once

#include <string>

#include "autograd/ops/normalization.h"
#include "autograd/tape.h"

namespace sand {
namespace ops {

struct GroupNorm {
  static constexpr OpDoc doc{"group_norm", "y = g z + b, z = r (x - mean), r = 1 / sqrt(var + eps), by group",
                             "dx += r (g dy - mean(g dy) - z mean(g dy z)), dg += sum dy z, db += sum dy"};
  static constexpr bool backward_ignores_output = true;
  Index groups;
  double epsilon;
  TensorSpan saved{};  // mean and r of each group of each image
  TensorSpan scratch{};

  Shape shape(const Shape& x, const Shape& g, const Shape& b) const {
    check(x.rank() == 4 && g.rank() == 1 && b == g && x[3] == g[0] && groups >= 1 && x[3] % groups == 0 &&
              x.size() > 0,
          [&] {
            return Error(Fault::usage,
                         "group_norm: channels of x must be a multiple of the groups, and g and b must have "
                         "one number for each")
                .fact("x", x.text("n, h, w, c"))
                .fact("g", g.text("c"))
                .fact("b", b.text("c"))
                .fact("groups", std::to_string(groups));
          });
    return x;
  }
  Shape saved_shape(const Shape& x, const Shape&, const Shape&) const { return {x[0], of(x).kept_size()}; }
  Shape scratch_shape(const Shape& x, const Shape&, const Shape&) const { return {of(x).scratch_size()}; }

  void forward(TensorView x, TensorView g, TensorView b, TensorSpan y) const {
    for (Index n = 0; n < x.shape()[0]; ++n)
      normalize(of(x.shape()), x.rows(n, 1).data(), g.data(), b.data(), y.rows(n, 1).data(),
                saved.rows(n, 1).data(), scratch.data());
  }
  void backward(TensorView x, TensorView g, TensorView, TensorView, TensorView dy, TensorSpan dx,
                TensorSpan dg, TensorSpan db) const {
    for (Index n = 0; n < x.shape()[0]; ++n)
      normalize_back(of(x.shape()), x.rows(n, 1).data(), g.data(), dy.rows(n, 1).data(),
                     dx ? dx.rows(n, 1).data() : nullptr, dg.data(), db.data(), saved.rows(n, 1).data(),
                     scratch.data());
  }
  void backward_in_place(TensorView x, TensorView g, TensorView b, TensorView y, TensorSpan d, TensorSpan dg,
                         TensorSpan db) const {
    backward(x, g, b, y, d, d, dg, db);  // the kernel overwrites dy
  }

 private:
  Normalization of(const Shape& x) const { return {x[1] * x[2], x[3], groups, epsilon}; }
};

}  // namespace ops

/// x [n, h, w, c], g [c], b [c] -> y like x; mean and variance over h, w and the c / groups channels of a
/// group. Throws Error(usage) unless the groups divide the channels.
inline Var group_norm(Var x, Var g, Var b, Index groups, double epsilon = 1e-5, Here here = Here::at()) {
  return x.tape().apply(ops::GroupNorm{groups, epsilon}, here, x, g, b);
}

}  // namespace sand
