// Variance risk extrapolation (Krueger et al. 2021, arXiv 2003.00688): all domains should have the same loss.
#pragma once

#include "autograd/ops/mul.h"
#include "autograd/ops/subtract.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"

namespace sand::nn {

/// penalty = mean_e (R_e - mean R)^2, the population variance of the domains' losses. With divide = 1, as in
/// the paper's code, the whole objective is divided by the weight where that is above 1, and so is weight
/// decay.
class Vrex : public AnnealedPenalty {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {
        .name = "VREx",
        .about = "all domains should have the same loss",
        .formula = "mean_e R_e + w mean_e (R_e - mean R)^2",
        .source = "Krueger et al. 2021, arXiv 2003.00688",
        .fewest_domains = 2,
        .sees = "losses",
        .hparams =
            {{"vrex_lambda", 10, HparamRule::Draw::power_of_10, -1, 5, "at least 0",
              "weight w of the penalty after vrex_penalty_anneal_iters steps; 1 before"},
             {"vrex_penalty_anneal_iters", 500, HparamRule::Draw::whole_power_of_10, 0, 4, "at least 0",
              "step at which the weight changes and Adam starts anew"},
             {"vrex_divide", 0, HparamRule::Draw::fixed, 0, 0, "0 or 1",
              "divide the objective by a weight above 1 and keep Adam's moments, as in the paper's code"}},
        .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
          return std::make_unique<Vrex>(h, std::move(base));
        }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Vrex(const Hparams& h, std::unique_ptr<Objective> base)
      : AnnealedPenalty(std::move(base),
                        {checked("VREx", h, "vrex_lambda"), checked("VREx", h, "vrex_penalty_anneal_iters")}),
        divides_(checked("VREx", h, "vrex_divide", 0, 1) != 0) {}
  const char* name() const override { return "VREx"; }
  bool restarts_optimizer(std::uint32_t step) const override {
    return !divides_ && AnnealedPenalty::restarts_optimizer(step);
  }
  double divisor(std::uint32_t step) const override {
    return divides_ && annealing().at(step) > 1 ? annealing().at(step) : 1;
  }

 private:
  Var penalty(std::span<const DomainOutputs>, std::span<const Var> losses, const Moment&) const override {
    const Var mean = mean_of(losses);
    std::vector<Var> squares;
    for (const Var loss : losses) {
      const Var off = subtract(loss, mean);
      squares.push_back(mul(off, off));
    }
    return mean_of(squares);
  }

  bool divides_;
};

}  // namespace sand::nn
