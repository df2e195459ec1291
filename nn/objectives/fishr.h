// Fishr (Rame et al. 2022, arXiv 2109.02934): the gradients of the last layer vary alike in all domains.
#pragma once

#include "autograd/ops/column_variance.h"
#include "autograd/ops/mean.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/outer_rows.h"
#include "autograd/ops/subtract.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// The gradient of a row's loss by the weights and biases of the last layer is the outer product of its
/// slopes and (features, 1), so its variance has a closed form. With V_e the population variance over the
/// rows of domain e, smoothed as v_e = ema v_e' / (1 - ema) + V_e (v_e' from the step before, no part of the
/// gradient):
///     penalty = mean_e mean_k (v_ek - mean_e v_ek)^2
/// Its weight is 0 before penalty_anneal_iters steps. The loss is over the rows of all domains together.
class Fishr : public DomainObjective {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "Fishr",
            .about = "gradients of the last layer that vary alike in all domains",
            .formula =
                "R + w mean_e mean_k (v_e - mean v)^2, v_e = variance of the last layer's gradients by row",
            .source = "Rame et al. 2022, arXiv 2109.02934",
            .fewest_domains = 2,
            .sees = "features",
            .hparams = {{"lambda", 1000, HparamRule::Draw::power_of_10, 1, 4, "at least 0",
                         "weight of the penalty after penalty_anneal_iters steps; 0 before"},
                        {"penalty_anneal_iters", 1500, HparamRule::Draw::whole_uniform, 0, 5000, "at least 0",
                         "step at which the weight changes and Adam starts anew"},
                        {"ema", 0.95, HparamRule::Draw::uniform, 0.9, 0.99, "at least 0, below 1",
                         "share of the variances of earlier steps"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Fishr>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Fishr(const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)),
        annealing_{checked("Fishr", h, "lambda"), checked("Fishr", h, "penalty_anneal_iters"), 0},
        ema_(checked("Fishr", h, "ema", 0, 1 - 1e-9)) {}
  const char* name() const override { return "Fishr"; }
  bool sees_features() const override { return true; }
  bool restarts_optimizer(std::uint32_t step) const override {
    return step == annealing_.steps && annealing_.steps != 0;
  }

  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    std::vector<Var> smoothed;
    for (std::size_t e = 0; e < domains.size(); ++e) {
      const DomainOutputs& domain = domains[e];
      const Var now = column_variance(outer_rows(slopes(domain.outputs, domain.targets), domain.features), 0);
      smoothed.push_back(smooth(now, e, domains.size(), at.carried));
    }
    const Var mean_variance = mean_of(smoothed);
    std::vector<Var> distances;
    for (const Var variance : smoothed) {
      const Var off = subtract(variance, mean_variance);
      distances.push_back(mean(mul(off, off)));
    }
    const Var penalty = mean_of(distances);
    const Var weighted = scale(penalty, static_cast<Scalar>(annealing_.at(at.step)));
    return {add(mean_over_rows(domains, losses), weighted), number(penalty)};
  }

 private:
  /// Domain e's smoothed variance; replaces it in `carried` [domains, numbers].
  Var smooth(Var now, std::size_t e, std::size_t domains, std::vector<double>& carried) const {
    const auto count = static_cast<std::size_t>(now.shape().size());
    carried.resize(domains * count, 0.0);
    Tensor earlier(now.shape());
    for (std::size_t k = 0; k < count; ++k) {
      double& kept = carried[e * count + k];
      earlier[static_cast<Index>(k)] = static_cast<Scalar>(ema_ / (1 - ema_) * kept);
      kept = ema_ * kept + (1 - ema_) * static_cast<double>(now.value()[static_cast<Index>(k)]);
    }
    return add(now, now.tape().copied(earlier));
  }

  Annealing annealing_;
  double ema_;
};

}  // namespace sand::nn
