// Convolution of images: y = b + x * w, zeros around x. Images are channels last, [n, h, w, c].
#pragma once

#include <algorithm>
#include <string>

#include "autograd/tape.h"
#include "tensor/kernels/convolution.h"

namespace sand {

/// Settings of conv2d.
struct Conv2dOptions {
  Index stride = 1;   ///< in pixels, down and across
  Index padding = 0;  ///< zeros around x; (kernel - 1) / 2 keeps the size at stride 1
  kernels::ConvolutionMethod method = kernels::ConvolutionMethod::winograd;  ///< for 3 x 3, stride 1
};

namespace ops {

struct Conv2d {
  static constexpr OpDoc doc{"conv2d", "y_ijo = b_o + sum_uvc x_(is+u-p)(js+v-p)c w_ocuv",
                             "dx += dy * w, dw += x * dy, db += sum_nij dy"};
  static constexpr bool backward_ignores_output = true;
  Conv2dOptions options;
  const Scalar* prepared = nullptr;  // w in the layout of the kernels
  TensorSpan saved{};                // data of x that the kernels keep for dw
  TensorSpan scratch{};

  Shape shape(const Shape& x, const Shape& w, const Shape& b) const {
    const auto must = [&](bool ok, const char* rule) {
      check(ok, [&] {
        return Error(Fault::usage, std::string("conv2d: ") + rule)
            .fact("x", x.text("n, h, w, c"))
            .fact("w", w.text("out, c, kh, kw"))
            .fact("b", b.text("out"))
            .fact("stride", std::to_string(options.stride) + ", padding " + std::to_string(options.padding));
      });
    };
    const Index padding = options.padding;
    must(x.rank() == 4 && w.rank() == 4 && b.rank() == 1, "x and w need four axes, b one");
    must(x[3] == w[1] && w[0] == b[0],
         "channels of x must equal those of w, and b must have one number per filter");
    must(w[2] % 2 == 1 && w[3] % 2 == 1, "the height and width of a filter must be odd");
    must(options.stride >= 1 && padding >= 0, "stride must be at least 1, padding at least 0");
    must(padding < w[2] && padding < w[3], "padding must be smaller than the filter");
    must(x[1] + 2 * padding >= w[2] && x[2] + 2 * padding >= w[3], "the filter is larger than x");
    const kernels::Convolution s = geometry(x, w);
    return {x[0], s.out_height, s.out_width, s.outputs};
  }
  bool spares_input(const Shape& x, const Shape& w, const Shape&) const {
    return kernels::chosen().kept_size(geometry(x, w), 1) > 0;
  }
  WeightForm form(const Shape& x, const Shape& w, const Shape&, bool wanted) const {
    const kernels::Convolution s = geometry(x, w);
    return {kernels::chosen().filters_size(s), prepare, wanted, s};
  }
  Shape saved_shape(const Shape& x, const Shape& w, const Shape&) const {
    return {kernels::chosen().kept_size(geometry(x, w), x[0])};
  }
  Shape scratch_shape(const Shape& x, const Shape& w, const Shape&) const {
    return {std::max(kernels::chosen().scratch_size(geometry(x, w), x[0]), 2 * w[0])};  // doubles for db
  }
  Index multiply_adds(const Shape& x, const Shape& w, const Shape& b) const {
    return shape(x, w, b).size() * w.columns();
  }

  void forward(TensorView x, TensorView w, TensorView b, TensorSpan y) const {
    kernels::chosen().convolve(geometry(x.shape(), w.shape()), x.shape()[0], x.data(), prepared, b.data(),
                               y.data(), saved.data(), scratch.data());
  }

  void backward(TensorView x, TensorView w, TensorView, TensorView, TensorView dy, TensorSpan dx,
                TensorSpan dw, TensorSpan db) const {
    kernels::chosen().convolve_back(geometry(x.shape(), w.shape()), x.shape()[0], x.data(), prepared,
                                    dy.data(), dx.data(), dw.data(), saved.data(), scratch.data());
    if (!db) return;
    double* const sum = reinterpret_cast<double*>(scratch.data());
    kernels::chosen().channel_sums(dy.data(), nullptr, dy.size() / db.size(), db.size(), sum, nullptr);
    for (Index o = 0; o < db.size(); ++o) db[o] += static_cast<Scalar>(sum[o]);
  }

 private:
  kernels::Convolution geometry(const Shape& x, const Shape& w) const {
    return kernels::convolution(x, w, options.stride, options.padding, options.method);
  }
  static void prepare(TensorView w, const WeightForm& form, Scalar* to, int part, int parts) {
    kernels::chosen().prepare_filters(form.shape, w.data(), form.back, to, part, parts);
  }
};

}  // namespace ops

/// x [n, h, w, c], w [out, c, kh, kw] with odd kh and kw, b [out] -> y [n, (h + 2 padding - kh) / stride + 1,
/// likewise, out]. Throws Error(usage) for shapes that do not fit.
inline Var conv2d(Var x, Var w, Var b, const Conv2dOptions& options = {}, Here here = Here::at()) {
  return x.tape().apply(ops::Conv2d{options}, here, x, w, b);
}

}  // namespace sand
