// Keeps a weight's gradient only if enough domains agree on its sign (Parascandolo et al. 2020, arXiv
// 2009.00329).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of AndMask.
struct AndMaskOptions {
  /// The agreement s that opens a weight, in [0, 1]; 0 is plain averaging, 1 requires unanimity
  double tau = 1;
  bool rescale = true;  ///< divide every slot by the mean of its mask, see ByColumn
  /// A domain's gradient of a parameter tensor of two or more dimensions is divided by its length before the
  /// mean, as in the linear unit tests (Aubin et al. 2021, arXiv 2102.10867)
  bool unit_matrices = false;
};

/// m = 1 if s >= tau, else 0; direction = m * gbar, where s = |n_plus - n_minus| / E and gbar is the mean
/// gradient, or that of the gradients divided by their lengths. A gradient of length 0 stays 0. An exact zero
/// (a dead ReLU) counts for neither sign, so a single one breaks unanimity. Needs two domains.
class AndMask : public ByColumn {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for tau outside [0, 1].
  explicit AndMask(const AndMaskOptions& options = {});
  const char* name() const override { return "ANDMask"; }

 protected:
  /// For a method with the same mask.
  AndMask(const char* method, const AndMaskOptions& options);
  /// Whether s >= tau.
  bool opens(const Agreement& agreement, int j) const { return agreement.agreement(j) >= tau_; }
  /// What tau means on few domains; "" if it acts by its name.
  static std::string note_on_tau(const char* method, const char* comes_to, const Hparams& hparams,
                                 int domains);
  /// For the cards of its kind.
  static std::vector<HparamRule> hparams();
  static AndMaskOptions options_of(const Hparams& hparams);  ///< of the hyper-parameters of the card
  void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const override;

 private:
  void prepare(const GradientTable& table, const Threads& threads) override;
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override;

  double tau_;
  bool unit_matrices_;
  std::vector<double> lengths_;  // [slots, E], of a matrix's gradients; 1 for a bias
};

}  // namespace sand::optim
