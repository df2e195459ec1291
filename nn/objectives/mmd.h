// Maximum mean discrepancy (Li et al. 2018, CVPR, Domain generalization with adversarial feature learning):
// features with the same distribution in all domains, compared by Gaussian kernels.
#pragma once

#include "autograd/ops/rbf_mean.h"
#include "nn/objectives/feature_distance.h"

namespace sand::nn {

/// Some rows of features [n, f], and their mean kernel k(a, a). k(x, y) is the mean over all pairs of rows of
/// sum_gamma exp(-gamma |x_i - y_j|^2), with the seven gammas of DomainBed.
struct Sample {
  /// Of the kernels e^(-gamma distance^2), whose sum is taken.
  static constexpr double kGammas[] = {0.001, 0.01, 0.1, 1, 10, 100, 1000};
  /// Of rows [n, f].
  explicit Sample(Var of) : rows(of), within(rbf_mean(of, of, kGammas)) {}
  Var rows;    ///< [n, f]
  Var within;  ///< mean kernel of the rows with themselves, []
};

/// k(a, a) + k(b, b) - 2 k(a, b).
inline Var distance(const Sample& a, const Sample& b) {
  return subtract(add(a.within, b.within), scale(rbf_mean(a.rows, b.rows, Sample::kGammas), 2));
}

/// objective = mean_e R_e + mmd_gamma * the mean distance of Samples over all pairs of domains.
class Mmd : public PairwiseDistance<Sample> {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return distance_card<Mmd>(
        "MMD", "features with one distribution in all domains, by Gaussian kernels",
        "mean_e R_e + mmd_gamma mean over pairs of k(a, a) + k(b, b) - 2 k(a, b)",
        "Li et al. 2018, Domain generalization with adversarial feature learning, CVPR");
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Mmd(const Hparams& h, std::unique_ptr<Objective> base) : PairwiseDistance("MMD", h, std::move(base)) {}
  const char* name() const override { return "MMD"; }
};

}  // namespace sand::nn
