// Deep CORAL (Sun and Saenko 2016, arXiv 1607.01719): features with the same mean and covariance in all
// domains.
#pragma once

#include "autograd/ops/column_mean.h"
#include "autograd/ops/covariance.h"
#include "nn/objectives/feature_distance.h"

namespace sand::nn {

/// The mean and covariance of the features of some rows [n, f]. Needs two rows.
struct Moments {
  /// Of rows [n, f].
  explicit Moments(Var rows) : mean(column_mean(rows)), covariance(sand::covariance(rows)) {}
  Var mean;        ///< [1, f]
  Var covariance;  ///< [f, f]
};

/// mean (mean_a - mean_b)^2 + mean (cov_a - cov_b)^2.
inline Var distance(const Moments& a, const Moments& b) {
  const Var mean_off = subtract(a.mean, b.mean), off = subtract(a.covariance, b.covariance);
  return add(mean(mul(mean_off, mean_off)), mean(mul(off, off)));
}

/// objective = mean_e R_e + mmd_gamma * the mean distance of Moments over all pairs of domains.
class Coral : public PairwiseDistance<Moments> {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return distance_card<Coral>(
        "CORAL", "features with one mean and covariance in all domains",
        "mean_e R_e + mmd_gamma mean over pairs of mean((m_a - m_b)^2) + mean((C_a - C_b)^2)",
        "Sun and Saenko 2016, arXiv 1607.01719");
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Coral(const Hparams& h, std::unique_ptr<Objective> base) : PairwiseDistance("CORAL", h, std::move(base)) {}
  const char* name() const override { return "CORAL"; }
};

}  // namespace sand::nn
