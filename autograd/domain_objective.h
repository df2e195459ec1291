// The interface of an objective that sees whole domains: a penalty on the outputs or features of a domain, or
// across domains. The objectives themselves are in nn/objectives/.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "autograd/objective.h"

namespace sand {

/// One domain, as such an objective sees it: leaves of a small tape of its own.
struct DomainOutputs {
  Var outputs;      ///< [n, ...], of the network for all rows of the domain
  Var features;     ///< [n, f], the input of the network's last linear layer; `outputs` unless asked for
  Targets targets;  ///< [n]
};

/// The value of an objective, and what it is made of.
struct Total {
  Var objective;       ///< a single number
  double penalty = 0;  ///< without its weight, for reports
};

/// loss() is the loss of a row as if there were no penalty, for evaluation and for the losses of a table.
class DomainObjective : public Objective {
 public:
  /// `base` is the loss of a row.
  explicit DomainObjective(std::unique_ptr<Objective> base) : base_(std::move(base)) {}
  Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
    return base_->loss(outputs, targets, rows_in_domain);
  }
  Var row_losses(Var outputs, const Targets& targets) const override {
    return base_->row_losses(outputs, targets);
  }
  Var slopes(Var outputs, const Targets& targets) const override { return base_->slopes(outputs, targets); }
  const DomainObjective* over_domains() const final { return this; }

  virtual const char* name() const = 0;  ///< for errors and records
  /// Records the objective of a batch from the outputs of all domains, on their tape. `losses` [E] are the
  /// domains' mean losses, on the same tape.
  virtual Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
                      const Moment& at) const = 0;
  /// Whether it looks at the inputs of the last layer, too.
  virtual bool sees_features() const { return false; }

 private:
  std::unique_ptr<Objective> base_;
};

}  // namespace sand
