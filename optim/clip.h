// Clips a direction before the optimizer sees it: its numbers, its length, or both.
#pragma once

#include <optional>
#include <vector>

#include "optim/combiner.h"
#include "optim/terms.h"

namespace sand::optim {

/// Settings of Clipping.
struct ClipOptions {
  double norm = 0;   ///< greatest length of the direction, over all weights; 0: any
  double value = 0;  ///< greatest size of one of its numbers; 0: any

  bool any() const { return norm > 0 || value > 0; }  ///< whether anything is clipped
};

/// What a call did.
struct ClipReport {
  double norm = 0;    ///< length of the direction before the clip of its length
  double factor = 1;  ///< that the clip of its length multiplied it by
  Index cut = 0;      ///< numbers that the clip by value changed
  Index weights = 0;  ///< numbers of the direction
};

/// First every number d becomes max(-value, min(value, d)), then the direction is multiplied by norm / |d| if
/// it is longer than `norm`. The length is computed in double, in an order that depends on the number of
/// weights alone. Pascanu et al. 2013, arXiv 1211.5063, algorithm 1, for the direction that a combiner made
/// of all domains: the domains' own gradients are not clipped, so their signs and agreement stay.
class Clipping {
 public:
  /// Throws Error(usage) for options that are negative or not finite.
  explicit Clipping(const ClipOptions& options);

  /// A finite direction, clipped; valid until the next call. The bits do not depend on `threads`. Allocates
  /// only if the number of weights changes.
  const Direction& operator()(const Direction& direction, const Threads& threads = Threads());

  const ClipReport& report() const { return report_; }  ///< of the last call
  /// How the last call clipped one number. The last term is "clipped".
  Terms explain(Scalar number) const;

 private:
  Scalar cut(Scalar number) const;
  Scalar scaled(Scalar number) const;

  ClipOptions options_;
  ClipReport report_;
  Direction clipped_;
  std::vector<double> squares_;  // sums over blocks of columns
  std::vector<Index> cuts_;
};

}  // namespace sand::optim
