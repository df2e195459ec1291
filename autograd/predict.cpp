#include "autograd/predict.h"

#include <algorithm>

namespace sand {

Tensor predict(const Network& network, const Parameters& parameters, TensorView inputs) {
  const Index rows = inputs.shape().rows(), tile_rows = DomainGradientsOptions{}.tile_rows;
  Passes passes(network, parameters, 1);
  Tensor outputs;
  if (rows > 0) passes.dry_run(inputs.rows(0, 1), {});
  passes.prepare(Threads(1));
  for (Index first = 0; first < rows; first += tile_rows) {
    const Index count = std::min(tile_rows, rows - first);
    const TensorView tile = passes.forward(passes.tape(0), inputs.rows(first, count), {}).value();
    if (first == 0) outputs = Tensor(tile.shape().with_rows(rows));
    std::copy_n(tile.data(), tile.size(), outputs.data() + first * tile.shape().columns());
  }
  return outputs;
}

}  // namespace sand
