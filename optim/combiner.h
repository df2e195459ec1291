// Combines one gradient per domain into one direction.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <vector>

#include "autograd/gradient_table.h"
#include "optim/terms.h"
#include "tensor/error.h"
#include "tensor/tensor.h"
#include "tensor/threads.h"

namespace sand::optim {

/// Gradients in a table; fewer take less time to combine than waking other threads.
constexpr Index kWorthATeam = 1 << 16;

/// The result of a combiner. A method by column may have a mask; a method by weighting has weights.
struct Direction {
  Tensor values;  ///< [J], replaces the gradient in the optimizer
  /// [J], m in [0, 1], before any rescale; 0 if the domains' disagreement closes the weight. Empty if the
  /// method has no mask.
  Tensor mask = {};
  /// [E], of the rows: values = sum_e weights_e g_e. Empty if the method does not weigh rows.
  Eigen::VectorXd weights = {};
  Eigen::MatrixXd gram = {};  ///< [E, E], g_a . g_b; empty if the method does not weigh rows
  bool finite = true;  ///< whether all values are finite; false if any gradient of the table is not finite

  bool has_mask() const { return mask.size() > 0; }        ///< whether the method has one
  bool has_weights() const { return weights.size() > 0; }  ///< whether the method weighs rows
};

/// A function of the table, its losses, seed and step included: it reads rows and never writes them. It keeps
/// memory between calls, but no history, except for the numbers in state().
class Combiner {
 public:
  virtual ~Combiner() = default;
  virtual const char* name() const = 0;  ///< as in lists and records

  /// The direction stays valid until the next call. Its bits do not depend on `threads`. If a weight's
  /// gradient is NaN or infinite in any domain, so is its direction, so that the run detects it. Throws
  /// Error(usage) if the table has fewer domains than the method needs.
  virtual const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) = 0;

  /// How the last combine() of this table computed the direction of one weight: the same code computes it
  /// again.
  virtual Terms explain(const GradientTable& table, Index column) const = 0;

  /// What the method carries from one step to the next; empty at first, and always for nearly all methods. A
  /// checkpoint keeps it.
  virtual std::vector<double> state() const { return {}; }
  /// Continues from such numbers. Throws Error(data) for numbers that the method cannot reach.
  virtual void resume(std::span<const double> state) {
    check(state.empty(), [&] {
      return Error(Fault::data, std::string(name()) + ": carries no numbers from one step to the next")
          .fact("found", std::to_string(state.size()));
    });
  }
};

}  // namespace sand::optim
