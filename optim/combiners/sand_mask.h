// Scales a weight's gradient by how far the domains agree on its sign and size (Shahtalebi et al. 2021, arXiv
// 2106.02266).
#pragma once

#include "optim/by_column.h"
#include "optim/card.h"

namespace sand::optim {

/// Settings of SandMask.
struct SandMaskOptions {
  double tau = 0.9;  ///< the agreement s above which a weight opens, >= 0
  double k = 10;     ///< steepness: m reaches 0.99 if k (s - tau) / var >= 2.65; in units of g^2
  /// divide every slot by the mean of its mask, as the release always does; see ByColumn
  bool rescale = true;
  bool allow_closed = false;  ///< accept settings under which nothing trains (tau >= 1, k = 0), and a single
                              ///< domain, as the release does
};

/// m = max(0, tanh(k (s - tau) / var)); direction = m * gbar. Here gbar is the mean gradient, var the
/// unbiased variance of g_e over the domains and s = |n_plus - n_minus| / E, as in the released
/// implementation. If var = 0: m = 1 if s > tau, 0 if s < tau, and 1e-17 if s = tau (0 / 0, as released).
/// Needs two domains. An exact zero (a dead ReLU) counts for neither sign, so a single one breaks unanimity.
/// The optimizer's momentum and weight decay may still move a weight with m = 0.
class SandMask : public ByColumn {
 public:
  static CombinerCard card();  ///< for the program's lists
  /// Throws Error(usage) for settings that close every weight, unless allowed, and for numbers out of range.
  explicit SandMask(const SandMaskOptions& options = {});
  const char* name() const override { return "SANDMask"; }

 protected:
  SandMask(const char* method, const SandMaskOptions& options);  ///< For a variant with another name.
  /// Of the hyper-parameters tau, k, rescale.
  static SandMaskOptions options_of(const Hparams& hparams, bool allow_closed);
  /// What tau means on few domains; "" if it acts by its name.
  static std::string note_on_tau(const char* method, const Hparams& hparams, int domains);
  /// mask = max(0, tanh(x)). Overwrites x.
  static void open_by_tanh(std::span<double> x, std::span<Scalar> mask);
  double tau() const { return tau_; }  ///< as in the options
  double k() const { return k_; }      ///< as in the options

 private:
  void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const override;

  double tau_, k_;
};

}  // namespace sand::optim
