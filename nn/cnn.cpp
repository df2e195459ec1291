#include "nn/cnn.h"

#include "autograd/ops/channels_last.h"
#include "autograd/ops/mean_pool2d.h"

namespace sand::nn {

CnnOptions mnist_cnn(const Shape& image, Index outputs) {
  return {.image = image, .blocks = {{64}, {128, 2}, {128}, {128}}, .outputs = outputs};
}

CnnOptions small_cnn(const Shape& image, Index outputs) {
  return {.image = image, .blocks = {{32}, {64, 2}, {128, 2}, {128, 2}}, .outputs = outputs};
}

Cnn::Cnn(Parameters& parameters, const CnnOptions& options, Random random) : options_(options) {
  check(
      options.image.rank() == 3 && options.image.size() > 0 && !options.blocks.empty() && options.outputs > 0,
      [&] {
        return Error(Fault::usage, "cnn: an image [c, h, w], at least one block and one output are needed")
            .fact("image", options.image.text())
            .fact("blocks", std::to_string(options.blocks.size()))
            .fact("outputs", std::to_string(options.outputs));
      });
  Index channels = options.image[0];
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const Index width = options.blocks[i].width, stride = options.blocks[i].stride;
    check(width > 0 && stride > 0 && options.groups > 0 && width % options.groups == 0, [&] {
      return Error(Fault::usage,
                   "cnn: the width of a block must be a positive multiple of the groups, its stride positive")
          .fact("block",
                std::to_string(i) + ": width " + std::to_string(width) + ", stride " + std::to_string(stride))
          .fact("groups", std::to_string(options.groups));
    });
    const std::string number = std::to_string(i);
    const Conv2dOptions convolution{.stride = stride, .padding = 1, .method = options.convolution};
    Conv2d conv(parameters, "conv" + number, channels, width, 3, convolution, options.initializer, random);
    blocks_.push_back({conv, GroupNorm(parameters, "norm" + number, width, options.groups)});
    channels = width;
  }
  last_.emplace(parameters, "linear", channels, options.outputs, options.initializer, random);
}

Var Cnn::operator()(Var x, const Draw& draw) const {
  Var y = channels_last(x, options_.image);
  for (const Block& block : blocks_) {
    y = activate(block.convolution(y), options_.activation);
    y = block.norm(y);
  }
  y = dropout(mean_pool2d(y), options_.dropout, 0, draw);
  return (*last_)(y);
}

}  // namespace sand::nn
