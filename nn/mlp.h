// A multi-layer perceptron.
#pragma once

#include <vector>

#include "autograd/ops/dropout.h"
#include "nn/activation.h"
#include "nn/linear.h"

namespace sand::nn {

/// Settings of Mlp.
struct MlpOptions {
  Index inputs = 0;                                ///< numbers per example, all axes together
  std::vector<Index> hidden = {};                  ///< widths of the hidden layers
  Index outputs = 0;                               ///< number of classes, or 1
  Activation activation = Activation::relu;        ///< after each hidden layer
  double slope = 0.01;                             ///< slope of leaky_relu below 0
  double dropout = 0;                              ///< rate after every hidden layer
  Initializer initializer = Initializer::pytorch;  ///< of the weights
};

/// linear, activation, (dropout), ..., linear. Slots are linear0.weight, linear0.bias, linear1.weight, ...
class Mlp {
 public:
  /// Throws Error(usage) unless all widths are positive.
  Mlp(Parameters& parameters, const MlpOptions& options, Random random);

  /// x [n, ...] with `inputs` numbers per row -> [n, outputs]. Without `draw` (a prediction) there is no
  /// dropout.
  Var operator()(Var x, const Draw& draw = {}) const;

 private:
  MlpOptions options_;
  std::vector<Linear> layers_;
};

}  // namespace sand::nn
