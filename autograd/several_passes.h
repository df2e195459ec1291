// The interface of an objective that needs gradients at several weights: those of the network, and others
// that it finds on the way. The objectives themselves are in nn/objectives/.
#pragma once

#include <memory>
#include <span>

#include "autograd/gradient_table.h"
#include "autograd/objective.h"

namespace sand {

/// What a pass does at the kinks of ReLU and of a maximum (autograd/sides.h).
enum class Kinks {
  as_they_are,
  kept,  ///< and remembers its sides
  held   ///< takes the sides of the last pass with `kept`, which was over the same rows
};

/// The gradients of the domains of a batch, at any weights.
class GradientsAt {
 public:
  virtual ~GradientsAt() = default;

  virtual Index rows(int domain) const = 0;             ///< of the batch
  virtual std::span<const Scalar> weights() const = 0;  ///< [J], those of the network
  /// Writes the gradient [J] of the mean loss of a domain's first `rows` rows at `weights` [J], and returns
  /// this loss.
  virtual double operator()(int domain, Index rows, std::span<const Scalar> weights,
                            std::span<Scalar> gradient, Kinks kinks = Kinks::as_they_are) = 0;
};

/// loss() is the loss of a row, for evaluation.
class SeveralPasses : public Objective {
 public:
  /// `base` is the loss of a row.
  explicit SeveralPasses(std::unique_ptr<Objective> base) : base_(std::move(base)) {}
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return base_->loss(outputs, targets, rows_in_domain);
  }
  const SeveralPasses* several_passes() const final { return this; }
  const Objective& base() const { return *base_; }  ///< the loss of each pass

  virtual const char* name() const = 0;  ///< for errors and records
  /// Fills the table of a batch: losses, objective, penalty, and rows whose mean is the direction of the
  /// step. The table may hold the numbers of an earlier step.
  virtual void fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const = 0;

 private:
  std::unique_ptr<Objective> base_;
};

}  // namespace sand
