// A network from a list of layers: each reads the output of the one before it. For networks with other
// connections, write a function.
#pragma once

#include <functional>
#include <vector>

#include "autograd/ops/dropout.h"
#include "nn/initialize.h"
#include "nn/layer.h"
#include "tensor/kernels/convolution.h"

namespace sand::nn {

/// Settings of Sequence.
struct SequenceOptions {
  Shape example = {};              ///< of one input: an image [c, h, w], or a vector [f]
  std::vector<Layer> layers = {};  ///< without the last one: a linear layer to the outputs is added
  Index outputs = 0;               ///< number of classes, or 1
  Initializer initializer = Initializer::pytorch;                                 ///< of the weights
  kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd;  ///< for 3 x 3 filters
};

/// The number of weights, without allocating any; a double, because it may exceed any integer. Throws
/// Error(usage) naming the first layer that does not fit what is before it.
double weights_of(const SequenceOptions& options);

/// Slots are conv0.weight, conv0.bias, norm0.weight, norm0.bias, linear0.weight, ..., counted for each kind,
/// and at the end linear.weight, linear.bias. The layers draw their weights in their order: the same list as
/// in nn::Cnn has the same weights.
class Sequence {
 public:
  /// Throws what weights_of throws.
  Sequence(Parameters& parameters, const SequenceOptions& options, Random random);

  /// x [n, ...] with an example per row -> [n, outputs]. Without `draw` (a prediction) there is no dropout.
  Var operator()(Var x, const Draw& draw = {}) const;

 private:
  Shape image_;  // of the example, if it is one
  std::vector<std::function<Var(Var x, const Draw& draw)>> steps_;
};

}  // namespace sand::nn
