#include "nn/scores.h"

namespace sand::nn {

Index correct(TensorView outputs, std::span<const std::int32_t> labels) {
  const Index rows = outputs.shape().rows();
  check(static_cast<Index>(labels.size()) == rows, [&] {
    return Error(Fault::usage, "correct: a label for each row is needed")
        .fact("outputs", outputs.shape().text("n, classes"))
        .fact("labels", std::to_string(labels.size()));
  });
  Index right = 0;
  for (Index n = 0; n < rows; ++n) {
    Index winner = 0;
    if (outputs.shape().columns() == 1)
      winner = outputs[n] > 0;
    else
      outputs.matrix().row(n).maxCoeff(&winner);
    right += winner == labels[static_cast<std::size_t>(n)];
  }
  return right;
}

}  // namespace sand::nn
