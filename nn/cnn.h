// Small convolutional networks: blocks of 3 x 3 convolution, activation and group normalisation, then the
// mean over pixels.
#pragma once

#include <optional>
#include <vector>

#include "autograd/ops/dropout.h"
#include "nn/activation.h"
#include "nn/conv2d.h"
#include "nn/group_norm.h"
#include "nn/linear.h"

namespace sand::nn {

/// One block; a stride of 2 halves the image.
struct CnnBlock {
  Index width;       ///< channels, a multiple of the groups
  Index stride = 1;  ///< of the convolution, in pixels
};

/// Settings of Cnn.
struct CnnOptions {
  Shape image = {};                                ///< [c, h, w] of one example
  std::vector<CnnBlock> blocks = {};               ///< in order, from the image to the output
  Index outputs = 0;                               ///< number of classes, or 1
  Index groups = 8;                                ///< number of groups in every normalisation
  Activation activation = Activation::relu;        ///< after each convolution
  double dropout = 0;                              ///< rate before the last layer
  Initializer initializer = Initializer::pytorch;  ///< of the weights
  kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd;  ///< for 3 x 3 filters
};

/// DomainBed's MNIST_CNN (arXiv 2007.01434): widths 64, 128, 128, 128, the second block with stride 2.
/// 371,394 weights for images [2, 28, 28] of 2 classes.
CnnOptions mnist_cnn(const Shape& image, Index outputs);

/// For small photographs: widths 32, 64, 128, 128, all but the first block with stride 2. 242,439 weights for
/// images [3, 64, 64] of 7 classes.
CnnOptions small_cnn(const Shape& image, Index outputs);

/// [conv 3 x 3 with padding 1, activation, group norm] for every block, mean over pixels, (dropout), linear.
/// Slots are conv0.weight, conv0.bias, norm0.weight, norm0.bias, conv1.weight, ..., linear.weight,
/// linear.bias.
class Cnn {
 public:
  /// Throws Error(usage) unless the image has three axes, there is a block, and all sizes are positive.
  Cnn(Parameters& parameters, const CnnOptions& options, Random random);

  /// x [n, ...] with an image [c, h, w] per row -> [n, outputs]. Without `draw` (a prediction) there is no
  /// dropout.
  Var operator()(Var x, const Draw& draw = {}) const;

 private:
  struct Block {
    Conv2d convolution;
    GroupNorm norm;
  };
  CnnOptions options_;
  std::vector<Block> blocks_;
  std::optional<Linear> last_;  // made after the blocks, since its slots come last
};

}  // namespace sand::nn
