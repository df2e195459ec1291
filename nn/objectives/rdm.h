// Risk distribution matching (Nguyen et al. 2024, arXiv 2310.18598): the losses of the worst domain's rows
// are distributed as those of all rows.
#pragma once

#include "autograd/ops/column_variance.h"
#include "autograd/ops/concatenate.h"
#include "autograd/ops/rbf_mean.h"
#include "autograd/ops/subtract.h"
#include "autograd/ops/sum.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// objective = mean_e R_e + rdm_lambda * MMD between the row losses of the domain with the largest R_e (of
/// equal ones the first) and of all domains + variance_weight * (var of all row losses + var of the worst
/// domain's). Both weights are 0 before rdm_penalty_anneal_iters steps; from then on the learning rate is
/// rdm_lr.
class Rdm : public DomainObjective {
 public:
  /// Of the kernels e^(-gamma distance^2), whose sum is taken.
  static constexpr double kGammas[] = {0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000};

  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {
        .name = "RDM",
        .about = "row losses of the worst domain distributed as those of all rows",
        .formula =
            "mean_e R_e + rdm_lambda MMD(row losses of the worst domain, of all) + variance_weight (var + "
            "var)",
        .source = "Nguyen et al. 2024, arXiv 2310.18598",
        .fewest_domains = 2,
        .hparams = {{"rdm_lambda", 5, HparamRule::Draw::uniform, 0.1, 10, "at least 0",
                     "weight of the distance"},
                    {"rdm_penalty_anneal_iters", 1500, HparamRule::Draw::whole_uniform, 800, 2700,
                     "at least 0", "step at which the weights change and Adam starts anew"},
                    {"variance_weight", 0.004, HparamRule::Draw::uniform, 0.001, 0.007, "at least 0",
                     "weight of the variances"},
                    {"rdm_lr", 1.5e-5, HparamRule::Draw::uniform, 8e-6, 2e-5, "at least 0",
                     "learning rate from that step on"}},
        .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
          return std::make_unique<Rdm>(h, std::move(base));
        }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Rdm(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)),
        distance_{checked("RDM", h, "rdm_lambda"), checked("RDM", h, "rdm_penalty_anneal_iters"), 0},
        variance_{checked("RDM", h, "variance_weight"), distance_.steps, 0},
        rate_(checked("RDM", h, "rdm_lr")) {}
  const char* name() const override { return "RDM"; }
  bool restarts_optimizer(std::uint32_t step) const override { return step == distance_.steps; }
  double learning_rate(double rate, std::uint32_t step) const override {
    return step >= distance_.steps ? rate_ : rate;
  }

  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    std::size_t worst = 0;
    std::vector<Var> by_row;
    for (std::size_t e = 0; e < domains.size(); ++e) {
      by_row.push_back(row_losses(domains[e].outputs, domains[e].targets));
      if (number(losses[e]) > number(losses[worst])) worst = e;
    }
    Var all = by_row[0];
    for (std::size_t e = 1; e < by_row.size(); ++e) all = concatenate(all, by_row[e]);
    const Var w = by_row[worst];
    const Var distance = subtract(add(rbf_mean(w, w, kGammas), rbf_mean(all, all, kGammas)),
                                  scale(rbf_mean(w, all, kGammas), 2));
    const Var variance = add(column_variance(all, 1), column_variance(w, 1));  // [1, 1]
    const Var extra = add(scale(distance, static_cast<Scalar>(distance_.at(at.step))),
                          scale(sum(variance), static_cast<Scalar>(variance_.at(at.step))));
    return {add(mean_of(losses), extra), number(distance)};
  }

 private:
  Annealing distance_, variance_;
  double rate_;
};

}  // namespace sand::nn
