// y = the mean of each window of x, channel by channel; without a window, the mean of the whole image.
#pragma once

#include "autograd/ops/pooling.h"
#include "autograd/tape.h"
#include "tensor/kernels/kernels.h"

namespace sand {
namespace ops {

struct MeanPool2d {
  static constexpr OpDoc doc{"mean_pool2d", "y = mean of x over a window", "dx += dy / pixels of the window"};
  PoolOptions options;

  Shape shape(const Shape& x) const { return pooled_shape("mean_pool2d", x, options); }
  void forward(TensorView x, TensorSpan y) const {
    const double pixels = static_cast<double>(options.window * options.window);
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      double sum = 0;
      for (Index u = 0; u < options.window; ++u)
        for (Index v = 0; v < options.window; ++v)
          sum += static_cast<double>(x[at(x.shape(), n, i + u, j + v, c)]);
      y[place] = static_cast<Scalar>(sum / pixels);
    });
  }
  void backward(TensorView x, TensorView y, TensorView dy, TensorSpan dx) const {
    const Scalar pixels = static_cast<Scalar>(options.window * options.window);
    each_window(y.shape(), options, [&](Index place, Index n, Index i, Index j, Index c) {
      for (Index u = 0; u < options.window; ++u)
        for (Index v = 0; v < options.window; ++v)
          dx[at(x.shape(), n, i + u, j + v, c)] += dy[place] / pixels;
    });
  }

 private:
  static Index at(const Shape& x, Index n, Index i, Index j, Index c) {
    return ((n * x[1] + i) * x[2] + j) * x[3] + c;
  }
};

struct GlobalMeanPool2d {
  static constexpr OpDoc doc{"mean_pool2d", "y_nc = mean_ij x_nijc", "dx += dy / (h w)"};
  TensorSpan scratch{};  // [c] doubles

  static Shape shape(const Shape& x) {
    check(x.rank() == 4 && x.size() > 0, [&] {
      return Error(Fault::usage, "mean_pool2d: x must be images").fact("x", x.text("n, h, w, c"));
    });
    return {x[0], x[3]};
  }
  static Shape scratch_shape(const Shape& x) { return {2, x[3]}; }
  void forward(TensorView x, TensorSpan y) const {
    const Index pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
    double* const sum = reinterpret_cast<double*>(scratch.data());
    for (Index n = 0; n < x.shape()[0]; ++n) {
      kernels::chosen().channel_sums(x.rows(n, 1).data(), nullptr, pixels, channels, sum, nullptr);
      for (Index c = 0; c < channels; ++c)
        y[n * channels + c] = static_cast<Scalar>(sum[c] / static_cast<double>(pixels));
    }
  }
  static void backward(TensorView x, TensorView, TensorView dy, TensorSpan dx) {
    const Index pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
    for (Index n = 0; n < x.shape()[0]; ++n)
      for (Index pixel = 0; pixel < pixels; ++pixel)
        Eigen::Map<FlatArray>(dx.data() + (n * pixels + pixel) * channels, channels) +=
            Eigen::Map<const FlatArray>(dy.data() + n * channels, channels) / static_cast<Scalar>(pixels);
  }
};

}  // namespace ops

/// x [n, h, w, c] -> y [n, c], the mean of each image. Throws Error(usage) for other ranks.
inline Var mean_pool2d(Var x, Here here = Here::at()) {
  return x.tape().apply(ops::GlobalMeanPool2d{}, here, x);
}

/// x [n, h, w, c] -> y [n, (h - window) / stride + 1, likewise, c]. Throws Error(usage) for windows that do
/// not fit.
inline Var mean_pool2d(Var x, const PoolOptions& options, Here here = Here::at()) {
  return x.tape().apply(ops::MeanPool2d{options}, here, x);
}

}  // namespace sand
