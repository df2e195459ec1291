#include "nn/scores.h"

#include <algorithm>

#include "tensor/elementary.h"

namespace sand::nn {
namespace {

void check_same_shape(const char* score, TensorView outputs, TensorView values) {
  check(static_cast<bool>(values) && outputs.shape() == values.shape(), [&] {
    return Error(Fault::usage, std::string(score) + ": a value for each output is needed")
        .fact("outputs", outputs.shape().text())
        .fact("values", values ? values.shape().text() : "none");
  });
}

}  // namespace

Index predicted_class(TensorView outputs, Index row) {
  if (outputs.shape().columns() == 1) return outputs[row] > 0;
  Index winner = 0;
  outputs.matrix().row(row).maxCoeff(&winner);
  return winner;
}

Index correct(TensorView outputs, std::span<const std::int32_t> labels) {
  const Index rows = outputs.shape().rows();
  check(static_cast<Index>(labels.size()) == rows, [&] {
    return Error(Fault::usage, "correct: a label for each row is needed")
        .fact("outputs", outputs.shape().text("n, classes"))
        .fact("labels", std::to_string(labels.size()));
  });
  Index right = 0;
  for (Index n = 0; n < rows; ++n)
    right += predicted_class(outputs, n) == labels[static_cast<std::size_t>(n)];
  return right;
}

Index correct_labels(TensorView outputs, TensorView labels) {
  check_same_shape("correct_labels", outputs, labels);
  Index right = 0;
  for (Index i = 0; i < outputs.size(); ++i) right += (outputs[i] > 0) == (labels[i] == 1);
  return right;
}

void add_squared_errors(TensorView outputs, TensorView values, std::span<double> sums) {
  check_same_shape("squared errors", outputs, values);
  for (Index i = 0; i < outputs.size(); ++i) {
    const double off = static_cast<double>(outputs[i]) - static_cast<double>(values[i]);
    sums[static_cast<std::size_t>(i) % sums.size()] += off * off;
  }
}

double r_squared(double residual, double total) {
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

void class_probabilities(std::span<const Scalar> logits, std::span<double> probabilities) {
  if (logits.size() == 1) {
    const double logit = static_cast<double>(logits[0]);
    probabilities[0] = sand::sigmoid(-logit);
    probabilities[1] = sand::sigmoid(logit);
    return;
  }
  const double greatest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (std::size_t c = 0; c < logits.size(); ++c)
    sum += probabilities[c] = sand::exp(static_cast<double>(logits[c]) - greatest);
  for (double& probability : probabilities) probability /= sum;
}

}  // namespace sand::nn
