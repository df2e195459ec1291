#include "nn/sequence.h"

#include "autograd/ops/channels_last.h"
#include "autograd/ops/flatten.h"
#include "autograd/ops/leaky_relu.h"
#include "autograd/ops/max_pool2d.h"
#include "autograd/ops/mean_pool2d.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sigmoid.h"
#include "autograd/ops/tanh.h"
#include "nn/conv2d.h"
#include "nn/group_norm.h"
#include "nn/linear.h"

namespace sand::nn {
namespace {

using Kind = Layer::Kind;

/// The output of a layer: an image of h x w pixels, or a vector (h = 0) of c numbers.
struct Extent {
  Index h = 0, w = 0, c = 0;

  bool is_image() const { return h > 0; }
  std::string text() const {
    return is_image() ? "an image of " + std::to_string(h) + " x " + std::to_string(w) + " pixels, " +
                            std::to_string(c) + " channels"
                      : "a vector of " + std::to_string(c) + " numbers";
  }
};

Extent extent_of(const Shape& example) {
  if (example.rank() == 3) return {example[1], example[2], example[0]};
  return {0, 0, example.size()};
}

bool needs_image(Kind kind) {
  return kind == Kind::conv || kind == Kind::norm || kind == Kind::max_pool || kind == Kind::mean_pool ||
         kind == Kind::mean || kind == Kind::flatten;
}

/// The layer at fault, by its number from 1.
Error misfit(const SequenceOptions& options, std::size_t layer, const std::string& rule,
             const Extent& before) {
  const std::string name =
      layer < options.layers.size() ? options.layers[layer].text() : std::string("the last linear layer");
  return Error(Fault::usage, "model: layer " + std::to_string(layer + 1) + ", " + name + ": " + rule)
      .fact("before it", before.text());
}

constexpr Index kWidest = 1 << 20;

/// The output of layer number `at` after `before`. Throws Error(usage).
Extent after(const SequenceOptions& options, std::size_t at, const Extent& before) {
  const Layer& layer = options.layers[at];
  const auto must = [&](bool ok, const char* rule) {
    check(ok, [&] { return misfit(options, at, rule, before); });
  };
  must(!needs_image(layer.kind) || before.is_image(), "it needs an image");
  const bool sized = layer.kind == Kind::conv || layer.kind == Kind::norm || layer.kind == Kind::linear;
  must(!sized || (layer.size >= 1 && layer.size <= kWidest), "its number must be in 1 .. 1048576");
  switch (layer.kind) {
    case Kind::conv:
      must(layer.kernel % 2 == 1 && layer.kernel >= 1 && layer.kernel <= 15,
           "the width of its filters must be odd, 1 .. 15");
      must(layer.stride >= 1 && layer.stride <= 16, "its stride must be in 1 .. 16");
      return {(before.h - 1) / layer.stride + 1, (before.w - 1) / layer.stride + 1, layer.size};
    case Kind::norm:
      must(before.c % layer.size == 0, "the channels must be a multiple of its groups");
      return before;
    case Kind::max_pool:
    case Kind::mean_pool:
      must(layer.size >= 1 && layer.size <= before.h && layer.size <= before.w,
           "its window must fit into the image");
      return {before.h / layer.size, before.w / layer.size, before.c};
    case Kind::mean: return {0, 0, before.c};
    case Kind::flatten: return {0, 0, before.h * before.w * before.c};
    case Kind::linear:
      must(!before.is_image(), "it needs a vector: put mean or flatten before it");
      return {0, 0, layer.size};
    case Kind::dropout:
      must(layer.rate >= 0 && layer.rate < 1, "its rate must be at least 0 and below 1");
      return before;
    default: return before;
  }
}

double numbers_of(const Layer& layer, const Extent& before) {
  const double from = static_cast<double>(before.c), to = static_cast<double>(layer.size);
  if (layer.kind == Kind::conv) return to * (from * static_cast<double>(layer.kernel * layer.kernel) + 1);
  if (layer.kind == Kind::linear) return to * (from + 1);
  return layer.kind == Kind::norm ? 2 * from : 0;
}

using Step = std::function<Var(Var x, const Draw& draw)>;

/// A layer without weights, except dropout.
Step plain_step(const Layer& layer) {
  const PoolOptions pool{.window = layer.size, .stride = layer.size};
  switch (layer.kind) {
    case Kind::max_pool: return [pool](Var x, const Draw&) { return max_pool2d(x, pool); };
    case Kind::mean_pool: return [pool](Var x, const Draw&) { return mean_pool2d(x, pool); };
    case Kind::mean: return [](Var x, const Draw&) { return mean_pool2d(x); };
    case Kind::flatten: return [](Var x, const Draw&) { return flatten(x); };
    case Kind::leaky_relu: return [](Var x, const Draw&) { return leaky_relu(x, Scalar(0.01)); };
    case Kind::tanh: return [](Var x, const Draw&) { return tanh(x); };
    case Kind::sigmoid: return [](Var x, const Draw&) { return sigmoid(x); };
    default: return [](Var x, const Draw&) { return relu(x); };
  }
}

/// Makes the layers with weights, in their order.
struct Weighted {
  Parameters& parameters;
  const SequenceOptions& options;
  Random& random;
  int convs = 0, norms = 0, linears = 0;

  static bool has(Kind kind) { return kind == Kind::conv || kind == Kind::norm || kind == Kind::linear; }

  Step step(const Layer& layer, Index inputs) {
    if (layer.kind == Kind::norm) {
      const GroupNorm norm(parameters, "norm" + std::to_string(norms++), inputs, layer.size);
      return [norm](Var x, const Draw&) { return norm(x); };
    }
    if (layer.kind == Kind::linear) {
      const Linear linear(parameters, "linear" + std::to_string(linears++), inputs, layer.size,
                          options.initializer, random);
      return [linear](Var x, const Draw&) { return linear(x); };
    }
    const Conv2dOptions convolution{
        .stride = layer.stride, .padding = (layer.kernel - 1) / 2, .method = options.convolution};
    const Conv2d conv(parameters, "conv" + std::to_string(convs++), inputs, layer.size, layer.kernel,
                      convolution, options.initializer, random);
    return [conv](Var x, const Draw&) { return conv(x); };
  }
};

}  // namespace

double weights_of(const SequenceOptions& options) {
  check(options.example.size() > 0 && options.outputs > 0, [&] {
    return Error(Fault::usage, "model: an input with numbers and at least one output are needed")
        .fact("input", options.example.text())
        .fact("outputs", std::to_string(options.outputs));
  });
  Extent extent = extent_of(options.example);
  double weights = 0;
  for (std::size_t at = 0; at < options.layers.size(); ++at) {
    const Extent next = after(options, at, extent);
    weights += numbers_of(options.layers[at], extent);
    extent = next;
  }
  check(!extent.is_image(), [&] {
    return misfit(options, options.layers.size(), "it needs a vector: put mean or flatten at the end",
                  extent);
  });
  return weights + numbers_of({.kind = Kind::linear, .size = options.outputs}, extent);
}

Sequence::Sequence(Parameters& parameters, const SequenceOptions& options, Random random) {
  weights_of(options);
  if (options.example.rank() == 3) image_ = options.example;
  Extent extent = extent_of(options.example);
  Weighted weighted{parameters, options, random};
  std::uint32_t dropouts = 0;
  for (std::size_t at = 0; at < options.layers.size(); ++at) {
    const Layer& layer = options.layers[at];
    if (layer.kind == Kind::dropout)
      steps_.push_back([rate = layer.rate, number = dropouts++](Var x, const Draw& draw) {
        return dropout(x, rate, number, draw);
      });
    else
      steps_.push_back(weighted.has(layer.kind) ? weighted.step(layer, extent.c) : plain_step(layer));
    extent = after(options, at, extent);
  }
  const Linear last(parameters, "linear", extent.c, options.outputs, options.initializer, random);
  steps_.push_back([last](Var x, const Draw&) { return last(x); });
}

Var Sequence::operator()(Var x, const Draw& draw) const {
  Var y = image_.rank() == 3 ? channels_last(x, image_) : flatten(x);
  for (const auto& step : steps_) y = step(y, draw);
  return y;
}

}  // namespace sand::nn
