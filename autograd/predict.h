// The outputs of a network, without gradients or random numbers.
#pragma once

#include "autograd/domain_gradients.h"

namespace sand {

/// Outputs [n, ...] for inputs [n, ...], computed in tiles, so that only the activations of 64 rows are in
/// memory.
Tensor predict(const Network& network, const Parameters& parameters, TensorView inputs);

/// The same for anything that can be called as network(x, draw).
template <class Net>
Tensor predict(const Net& network, const Parameters& parameters, TensorView inputs) {
  return predict(Network([&network](Var x, const Draw& draw) { return network(x, draw); }), parameters,
                 inputs);
}

}  // namespace sand
