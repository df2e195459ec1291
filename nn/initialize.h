// Initial values of weights.
#pragma once

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace sand::nn {

/// The initial distribution of a layer's weights [out, in, ...]. `fan_in` is the number of inputs of one
/// output.
enum class Initializer {
  pytorch,         ///< weights and biases uniform in +-1/sqrt(fan_in): torch.nn's default
  kaiming_normal,  ///< weights normal with deviation sqrt(2 / fan_in) (He et al. 2015, eq. 10), biases 0.01
                   ///< as in ILC
  xavier_uniform,  ///< weights uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010, eq. 16),
                   ///< biases 0
};

/// Fills weight [out, in, ...] and bias [out] in memory order, the weight first.
void initialize(Initializer initializer, TensorSpan weight, TensorSpan bias, Random& random);

}  // namespace sand::nn
