// Checks by finite differences, for every element, that a backward pass is the derivative of its forward
// pass.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/tape.h"
#include "tensor/tensor.h"

namespace sand {

/// One leaf's worst element.
struct GradientCheckLine {
  std::string name;       ///< of a leaf
  Shape shape;            ///< of the leaf
  Index worst = 0;        ///< element with the largest error
  double backward = 0;    ///< its gradient by the backward pass
  double difference = 0;  ///< its gradient by finite differences
  /// |backward - difference| / max(|backward|, |difference|, 0.001 of the leaf's largest gradient)
  double error = 0;
};

/// What check_gradients found.
struct GradientReport {
  std::vector<GradientCheckLine> leaves;  ///< in the order of the arguments
  double worst() const;                   ///< the largest error of all leaves
  std::string text() const;               ///< as a table, a line for each leaf
};

/// A leaf to differentiate by.
struct NamedTensor {
  std::string name;  ///< shown in the report
  Tensor value;      ///< where the gradient is checked
};

/// Compares the gradient of w . f(leaves) by backward with five-point central differences,
/// (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h, for every element of every leaf; w is random and fixed,
/// so that every output counts. Gradients start from 7, not 0, to catch an op that assigns instead of adding.
/// Meaningful in the double build only (errors of 1e-10 are usual there); near a kink (relu at 0) the
/// difference is wrong, not the op.
GradientReport check_gradients(std::vector<NamedTensor> leaves,
                               const std::function<Var(std::span<const Var> leaves)>& f, double h = 1e-3);

}  // namespace sand
