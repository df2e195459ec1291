#include "autograd/predict.h"

#include <algorithm>

namespace sand {

Tensor predict(const Network& network, const Parameters& parameters, TensorView inputs) {
  const Index rows = inputs.shape().rows(), tile_rows = DomainGradientsOptions{}.tile_rows;
  Tape tape;
  PreparedWeights prepared;
  Tensor outputs;
  for (Index first = 0; first < rows; first += tile_rows) {
    prepared.prepare(parameters, Threads(1));
    tape.start(parameters, {}, &prepared);
    const Index count = std::min(tile_rows, rows - first);
    const TensorView tile = network(tape.constant(inputs.rows(first, count)), {}).value();
    if (first == 0) outputs = Tensor(tile.shape().with_rows(rows));
    std::copy_n(tile.data(), tile.size(), outputs.data() + first * tile.shape().columns());
    prepared.add(tape.missing_forms());
  }
  return outputs;
}

}  // namespace sand
