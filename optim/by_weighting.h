// The base of combiners that weigh whole rows: the direction is one weighted sum of the domains' gradients.
#pragma once

#include <span>

#include "optim/combiner.h"
#include "optim/gram.h"

namespace sand::optim {

/// All that a weighting sees of a table.
struct Weighing {
  const Eigen::MatrixXd& gram;                   ///< [E, E], finite
  std::span<const double> losses;                ///< [E], of the domains' batches
  std::uint64_t seed;                            ///< of the run
  std::uint32_t step;                            ///< number of the batch
  Index domains() const { return gram.rows(); }  ///< E
};

/// direction = sum_e w_e g_e in double, in the order of the domains, rounded once, where a method defines the
/// weights w. If a gradient is not finite, no method is asked: all w_e are 1 / E, so the direction shows
/// where. If all gradients are finite and their products are not (above 1e154, in the double build), all w_e
/// are NaN.
class ByWeighting : public Combiner {
 public:
  const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) final;
  Terms explain(const GradientTable& table, Index column) const final;

 protected:
  /// `fewest_domains` is the smallest E.
  explicit ByWeighting(int fewest_domains) : fewest_domains_(fewest_domains) {}

 private:
  /// The weights [E]. If `terms` is set, it is asked for those of the last step again, and also adds the
  /// settings and the numbers that led to them.
  virtual Eigen::VectorXd weigh(const Weighing& of, Terms* terms) const = 0;
  /// Called after each step with the weights of weigh(), for methods that carry them to the next.
  virtual void keep(const Eigen::VectorXd&) {}

  int fewest_domains_;
  Gram gram_;
  Direction direction_;
};

}  // namespace sand::optim
