// Group normalisation (Wu and He 2018, arXiv 1803.08494): within each image, groups of channels get mean 0
// and variance 1, then each channel a weight and a bias of its own. Unlike batch norm, an image's output
// depends on that image alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "autograd/tape.h"
#include "tensor/kernels/kernels.h"

namespace sand {
namespace ops {

struct GroupNorm {
  static constexpr OpDoc doc{"group_norm", "y = g z + b, z = r (x - mean), r = 1 / sqrt(var + eps), by group",
                             "dx += r (g dy - mean(g dy) - z mean(g dy z)), dg += sum dy z, db += sum dy"};
  static constexpr bool backward_ignores_output = true;
  Index groups;
  double epsilon;
  TensorSpan saved{};    // [n, groups, 2]: mean and r
  TensorSpan scratch{};  // [2, c] doubles, then [3, c] numbers

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
  Shape saved_shape(const Shape& x, const Shape&, const Shape&) const { return {x[0], groups, 2}; }
  static Shape scratch_shape(const Shape& x, const Shape&, const Shape&) { return {7, x[3]}; }

  void forward(TensorView x, TensorView g, TensorView b, TensorSpan y) const {
    const Index pixels = x.shape()[1] * x.shape()[2], c = x.shape()[3];
    for (Index n = 0; n < x.shape()[0]; ++n) {
      const Sums sums = sums_of(x.rows(n, 1), x.rows(n, 1));
      Scalar *scale = numbers(), *shift = scale + c;
      each_group(n, c, [&](Index first, Index end, Scalar* kept) {
        const auto [mean, variance] = moments(sums, first, end, pixels);
        const double r = 1 / std::sqrt(variance + epsilon);
        kept[0] = static_cast<Scalar>(mean);
        kept[1] = static_cast<Scalar>(r);
        for (Index i = first; i < end; ++i) {
          scale[i] = static_cast<Scalar>(r * static_cast<double>(g[i]));
          shift[i] = static_cast<Scalar>(static_cast<double>(b[i]) - mean * r * static_cast<double>(g[i]));
        }
      });
      kernels::chosen().scale_channels(x.rows(n, 1).data(), pixels, c, scale, shift, y.rows(n, 1).data());
      each_group(n, c, [&](Index first, Index end, const Scalar* kept) {
        if (!moments(sums, first, end, pixels).nearly_constant(static_cast<double>(kept[1]))) return;
        const Scalar* from = x.rows(n, 1).data();
        Scalar* to = y.rows(n, 1).data();
        for (Index pixel = 0; pixel < pixels; ++pixel, from += c, to += c)
          for (Index i = first; i < end; ++i) to[i] = std::fma(from[i] - kept[0], scale[i], b[i]);
      });
    }
  }

  void backward(TensorView x, TensorView g, TensorView, TensorView, TensorView dy, TensorSpan dx,
                TensorSpan dg, TensorSpan db) const {
    add_gradients(x, g, dy, dx, dg, db);
  }
  void backward_in_place(TensorView x, TensorView g, TensorView, TensorView, TensorSpan d, TensorSpan dg,
                         TensorSpan db) const {
    add_gradients(x, g, d, d, dg, db);
  }

 private:
  /// Where dx is dy, it is overwritten; else added to.
  void add_gradients(TensorView x, TensorView g, TensorView dy, TensorSpan dx, TensorSpan dg,
                     TensorSpan db) const {
    const Index pixels = x.shape()[1] * x.shape()[2], c = x.shape()[3];
    for (Index n = 0; n < x.shape()[0]; ++n) {
      const Sums sums = sums_of(dy.rows(n, 1), x.rows(n, 1));  // of dy, and of dy x
      Scalar *of_dy = numbers(), *of_x = of_dy + c, *constant = of_x + c;
      each_group(n, c, [&](Index first, Index end, const Scalar* kept) {
        const double mean = static_cast<double>(kept[0]), r = static_cast<double>(kept[1]),
                     count = static_cast<double>(pixels * (end - first));
        double g_dy = 0, g_dy_z = 0;  // sums over the group
        for (Index i = first; i < end; ++i) {
          const double dy_z = r * (sums.product[i] - mean * sums.plain[i]);
          g_dy += static_cast<double>(g[i]) * sums.plain[i];
          g_dy_z += static_cast<double>(g[i]) * dy_z;
          if (dg) dg[i] += static_cast<Scalar>(dy_z);
          if (db) db[i] += static_cast<Scalar>(sums.plain[i]);
        }
        const double slope = -r * r * g_dy_z / count;
        for (Index i = first; i < end; ++i) {
          of_dy[i] = static_cast<Scalar>(r * static_cast<double>(g[i]));
          of_x[i] = static_cast<Scalar>(slope);
          constant[i] = static_cast<Scalar>(-r * g_dy / count - slope * mean);
        }
      });
      if (dx)
        kernels::chosen().add_scaled_channels(dy.rows(n, 1).data(), of_dy, x.rows(n, 1).data(), of_x, pixels,
                                              c, constant, dx.rows(n, 1).data());
    }
  }

  struct Sums {
    const double *plain, *product;  // [c]
  };
  Sums sums_of(TensorView a, TensorView b) const {
    double* const sums = reinterpret_cast<double*>(scratch.data());
    const Index c = a.shape()[3];
    kernels::chosen().channel_sums(a.data(), b.data(), a.size() / c, c, sums, sums + c);
    return {sums, sums + c};
  }
  struct Moments {
    double mean, variance;
    /// So little around its mean that x scale + shift, rounded, would be what their rounding left.
    bool nearly_constant(double r) const {
      return std::fabs(mean) * r > 4096 || variance < 1e-12 * mean * mean;
    }
  };
  /// Of channels first .. end - 1. The sums are in double, where a mean of 1000 deviations still leaves 10
  /// digits of the variance.
  static Moments moments(const Sums& sums, Index first, Index end, Index pixels) {
    const double count = static_cast<double>(pixels * (end - first));
    double sum = 0, squares = 0;
    for (Index i = first; i < end; ++i) sum += sums.plain[i], squares += sums.product[i];
    const double mean = sum / count;
    return {mean, std::max(0.0, squares / count - mean * mean)};
  }
  Scalar* numbers() const { return scratch.data() + 4 * scratch.shape()[1]; }  // past the doubles

  /// Calls body(first channel, last + 1, mean and r of the group) for every group of image n.
  template <class Body>
  void each_group(Index n, Index channels, const Body& body) const {
    for (Index group = 0; group < groups; ++group)
      body(group * channels / groups, (group + 1) * channels / groups,
           saved.data() + (n * groups + group) * 2);
  }
};

}  // namespace ops

/// x [n, h, w, c], g [c], b [c] -> y like x; mean and variance over h, w and the c / groups channels of a
/// group. Throws Error(usage) unless the groups divide the channels.
inline Var group_norm(Var x, Var g, Var b, Index groups, double epsilon = 1e-5, Here here = Here::at()) {
  return x.tape().apply(ops::GroupNorm{groups, epsilon}, here, x, g, b);
}

}  // namespace sand
