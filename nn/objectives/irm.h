// Invariant risk minimization (Arjovsky et al. 2019, arXiv 1907.02893): the classifier should be best for
// every domain at once.
#pragma once

#include "autograd/ops/mul.h"
#include "autograd/ops/rows.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"
#include "nn/residuals.h"

namespace sand::nn {

/// penalty = mean_e P_e, with the slope D of a domain's mean loss under a common factor of its logits:
///   halves = 1, as in DomainBed: P_e = D(rows 0, 2, ...) D(rows 1, 3, ...), without bias, but below 0 at
///   times halves = 0, as in the paper's code: P_e = D(all rows)^2
/// With divide = 1, as in the paper's code, the whole objective is divided by the weight where that is above
/// 1, and so is weight decay; the optimizer goes on. Two options are those of the linear unit tests (Aubin et
/// al. 2021, arXiv 2102.10867): shift = 1 adds the square of the slope under a common shift of the logits to
/// P_e, and share = 1 makes the objective (1 - w) mean_e R_e + w sum_e P_e, with a weight w of at most 1.
class Irm : public AnnealedPenalty {
 public:
  /// For the program's lists.
  static DomainObjectiveCard card() {
    return {.name = "IRM",
            .about = "the classifier should be best for every domain at once",
            .formula = "mean_e R_e + w mean_e P_e, P_e = (dR_e(s x) / ds at s = 1)^2",
            .source = "Arjovsky et al. 2019, arXiv 1907.02893",
            .hparams =
                {{"irm_lambda", 100, HparamRule::Draw::power_of_10, -1, 5, "at least 0",
                  "weight w of the penalty after irm_penalty_anneal_iters steps; 1 before"},
                 {"irm_penalty_anneal_iters", 500, HparamRule::Draw::whole_power_of_10, 0, 4, "at least 0",
                  "step at which the weight changes and Adam starts anew"},
                 {"irm_halves", 1, HparamRule::Draw::fixed, 0, 0, "0 or 1",
                  "product of the slopes of two halves, as in DomainBed, or a square, as in the paper"},
                 {"irm_divide", 0, HparamRule::Draw::fixed, 0, 0, "0 or 1",
                  "divide the objective by a weight above 1 and keep Adam's moments, as in the paper's code"},
                 {"irm_shift", 0, HparamRule::Draw::fixed, 0, 0, "0 or 1",
                  "add (dR_e(x + b) / db at b = 0)^2 to P_e; needs irm_halves 0"},
                 {"irm_share", 0, HparamRule::Draw::fixed, 0, 0, "0 or 1",
                  "the objective is (1 - w) mean_e R_e + w sum_e P_e, with w at most 1"}},
            .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
              return std::make_unique<Irm>(h, std::move(base));
            }};
  }
  /// `h` has the hyper-parameters of the card, `base` is the loss of a row.
  Irm(const Hparams& h, std::unique_ptr<Objective> base)
      : AnnealedPenalty(std::move(base),
                        {checked("IRM", h, "irm_lambda"), checked("IRM", h, "irm_penalty_anneal_iters")}),
        halves_(checked("IRM", h, "irm_halves", 0, 1) != 0),
        divides_(checked("IRM", h, "irm_divide", 0, 1) != 0),
        shifts_(checked("IRM", h, "irm_shift", 0, 1) != 0),
        shares_(checked("IRM", h, "irm_share", 0, 1) != 0) {
    check(!shifts_ || !halves_, [] {
      return Error(Fault::usage, "IRM: irm_shift 1 needs irm_halves 0: it adds a square to a square");
    });
    check(!shares_ || (!divides_ && annealing().weight <= 1), [&] {
      return Error(Fault::usage, "IRM: irm_share 1 needs irm_divide 0 and irm_lambda of at most 1")
          .fact("irm_lambda", std::to_string(annealing().weight));
    });
  }
  const char* name() const override { return "IRM"; }
  bool restarts_optimizer(std::uint32_t step) const override {
    return !divides_ && AnnealedPenalty::restarts_optimizer(step);
  }
  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    if (!shares_) return AnnealedPenalty::total(domains, losses, at);
    const Var extra = penalty(domains, losses, at);
    const double weight = annealing().at(at.step), count = static_cast<double>(domains.size());
    return {add(scale(mean_of(losses), static_cast<Scalar>(1 - weight)),
                scale(extra, static_cast<Scalar>(weight * count))),
            number(extra)};
  }
  double divisor(std::uint32_t step) const override {
    return divides_ && annealing().at(step) > 1 ? annealing().at(step) : 1;
  }

  /// P_e of one domain with the loss of a row.
  static Var penalty_of(const Objective& loss, const DomainOutputs& domain, bool halves,
                        bool shifts = false) {
    if (shifts) {
      const Var slope = slope_of_shift(loss, domain.outputs, domain.targets);
      return add(penalty_of(loss, domain, halves), mul(slope, slope));
    }
    if (!halves) {
      const Var slope = slope_of_scale(loss, domain.outputs, domain.targets);
      return mul(slope, slope);
    }
    const auto half = [&](Index first) {
      std::vector<std::int32_t> labels;
      for (std::size_t n = static_cast<std::size_t>(first); n < domain.targets.labels.size(); n += 2)
        labels.push_back(domain.targets.labels[n]);
      const Tensor values = every_second(domain.targets.values, first);
      return slope_of_scale(loss, rows(domain.outputs, {.first = first, .step = 2}), Targets(labels, values));
    };
    return mul(half(0), half(1));
  }

 private:
  Var penalty(std::span<const DomainOutputs> domains, std::span<const Var>, const Moment&) const override {
    std::vector<Var> penalties;
    for (const DomainOutputs& domain : domains)
      penalties.push_back(penalty_of(*this, domain, halves_, shifts_));
    return mean_of(penalties);
  }

  /// Rows first, first + 2, ... of values [n, ...]; without data if there are none.
  static Tensor every_second(TensorView values, Index first) {
    if (!values || first >= values.shape().rows()) return {};
    Tensor half(values.shape().with_rows((values.shape().rows() - first + 1) / 2));
    for (Index i = 0; i < half.shape().rows(); ++i)
      half.span().rows(i, 1).array() = values.rows(first + 2 * i, 1).array();
    return half;
  }

  bool halves_, divides_, shifts_, shares_;
};

}  // namespace sand::nn
