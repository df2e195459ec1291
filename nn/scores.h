// Scores of outputs, for reports; the training losses are in nn/objectives.h.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace sand::nn {

/// The class of a row of outputs [n, classes]: the greatest logit wins, on ties the first. For outputs [n, 1]
/// a positive logit means class 1.
Index predicted_class(TensorView outputs, Index row);

/// The number of rows classified correctly. Throws Error(usage) unless there is one label per row.
Index correct(TensorView outputs, std::span<const std::int32_t> labels);

/// The number of labels [n, d], each 0 or 1, that outputs [n, d] give right: a positive logit means 1. Throws
/// Error(usage) for other shapes.
Index correct_labels(TensorView outputs, TensorView labels);

/// Adds the squared errors of outputs [n, d] to `sums` [d], in double. Throws Error(usage) for other shapes.
void add_squared_errors(TensorView outputs, TensorView values, std::span<double> sums);

/// R^2 = 1 - residual / total, of a sum of squared errors and a sum of squared distances from the mean. If
/// all values are equal (total 0), it is 1 without any error, else 0, as in scikit-learn.
double r_squared(double residual, double total);

/// Softmax of the logits of a row, in double: probabilities [classes]. Of one logit: 1 - sigmoid and sigmoid,
/// the probabilities of two classes.
void class_probabilities(std::span<const Scalar> logits, std::span<double> probabilities);

}  // namespace sand::nn
