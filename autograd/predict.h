// What a network makes of inputs: no gradients, nothing random.
#pragma once

#include "autograd/domain_gradients.h"

namespace sand {

/// Outputs [n, ...] for inputs [n, ...], tile by tile, so that the activations of 64 rows are all that is
/// held.
Tensor predict(const Network& network, const Parameters& parameters, TensorView inputs);

/// The same of anything that is called as network(x, draw).
template <class Net>
Tensor predict(const Net& network, const Parameters& parameters, TensorView inputs) {
  return predict(Network([&network](Var x, const Draw& draw) { return network(x, draw); }), parameters,
                 inputs);
}

}  // namespace sand
