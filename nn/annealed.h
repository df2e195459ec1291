// A penalty that gets its full weight after some steps, as DomainBed anneals penalties.
#pragma once

#include <cmath>
#include <string>

#include "autograd/domain_objective.h"
#include "autograd/ops/add.h"
#include "autograd/ops/scale.h"
#include "tensor/error.h"
#include "tensor/hparams.h"

namespace sand::nn {

/// Throws Error(usage) unless a hyper-parameter is in its range.
inline double checked(const char* method, const Hparams& hparams, const char* name, double least = 0,
                      double most = INFINITY) {
  const double value = hparams.at(name);
  check(std::isfinite(value) && value >= least && value <= most, [&] {
    Error error(Fault::usage,
                std::string(method) + ": " + name + " must be " +
                    (std::isinf(most) ? "at least " + std::to_string(least)
                                      : "in " + std::to_string(least) + " .. " + std::to_string(most)));
    return error.fact("found", std::to_string(value));
  });
  return value;
}

/// The mean of single numbers.
inline Var mean_of(std::span<const Var> numbers) {
  Var sum = numbers[0];
  for (std::size_t i = 1; i < numbers.size(); ++i) sum = add(sum, numbers[i]);
  return scale(sum, Scalar{1} / static_cast<Scalar>(numbers.size()));
}

/// The mean of a number of each domain, over the rows of all domains: domains with more rows count more.
inline Var mean_over_rows(std::span<const DomainOutputs> domains, std::span<const Var> numbers) {
  double rows = 0;
  std::vector<Var> parts;
  for (const DomainOutputs& domain : domains) rows += static_cast<double>(domain.outputs.shape().rows());
  for (std::size_t e = 0; e < domains.size(); ++e)
    parts.push_back(scale(
        numbers[e], static_cast<Scalar>(static_cast<double>(domains.size()) *
                                        static_cast<double>(domains[e].outputs.shape().rows()) / rows)));
  return mean_of(parts);
}

inline double number(Var x) { return static_cast<double>(x.value()[0]); }

/// A weight of a penalty that changes once.
struct Annealing {
  double weight;      ///< of the penalty from step `steps` on
  double steps;       ///< counted from 0
  double before = 1;  ///< weight in earlier steps

  /// The weight in this step.
  double at(std::uint32_t step) const { return step >= steps ? weight : before; }
};

/// objective = mean_e R_e + weight(step) penalty. At the step where the weight changes the optimizer starts
/// anew.
class AnnealedPenalty : public DomainObjective {
 public:
  /// `base` is the loss of a row.
  AnnealedPenalty(std::unique_ptr<Objective> base, const Annealing& annealing)
      : DomainObjective(std::move(base)), annealing_(annealing) {}
  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    const Var extra = penalty(domains, losses, at);
    const double weight = annealing_.at(at.step) / divisor(at.step);
    const Var mean = scale(mean_of(losses), static_cast<Scalar>(1 / divisor(at.step)));
    return {add(mean, scale(extra, static_cast<Scalar>(weight))), number(extra)};
  }
  bool restarts_optimizer(std::uint32_t step) const override { return step == annealing_.steps; }
  /// Divided as the objective is.
  double weight_decay(double decay, std::uint32_t step) const override { return decay / divisor(step); }

 protected:
  /// What the objective is divided by in this step, and weight decay with it.
  virtual double divisor(std::uint32_t) const { return 1; }
  const Annealing& annealing() const { return annealing_; }  ///< as given to the constructor

 private:
  virtual Var penalty(std::span<const DomainOutputs> domains, std::span<const Var> losses,
                      const Moment& at) const = 0;

  Annealing annealing_;
};

}  // namespace sand::nn
