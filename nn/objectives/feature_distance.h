// Objectives with a distance between the features of sets of rows.
#pragma once

#include "autograd/ops/concatenate.h"
#include "autograd/ops/mean.h"
#include "autograd/ops/mul.h"
#include "autograd/ops/rows.h"
#include "autograd/ops/subtract.h"
#include "nn/annealed.h"
#include "nn/domain_objective_card.h"
#include "tensor/random.h"

namespace sand::nn {

template <class Penalty>
DomainObjectiveCard distance_card(const char* name, const char* about, const char* formula,
                                  const char* source) {
  return {.name = name,
          .about = about,
          .formula = formula,
          .source = source,
          .sees = "features",
          .hparams = {{"mmd_gamma", 1, HparamRule::Draw::power_of_10, -1, 1, "at least 0",
                       "weight of the distance"}},
          .make = [](const Hparams& h, std::unique_ptr<Objective> base) -> std::unique_ptr<Objective> {
            return std::make_unique<Penalty>(h, std::move(base));
          }};
}

/// objective = mean_e R_e + mmd_gamma * penalty.
class FeatureDistance : public DomainObjective {
 public:
  /// `method` is its name in errors, `h` has mmd_gamma, `base` is the loss of a row.
  FeatureDistance(const char* method, const Hparams& h, std::unique_ptr<Objective> base)
      : DomainObjective(std::move(base)), weight_(checked(method, h, "mmd_gamma")) {}
  bool sees_features() const override { return true; }
  Total total(std::span<const DomainOutputs> domains, std::span<const Var> losses,
              const Moment& at) const override {
    const std::optional<Var> extra = penalty(domains, at);
    if (!extra) return {mean_of(losses)};
    return {add(mean_of(losses), scale(*extra, static_cast<Scalar>(weight_))), number(*extra)};
  }

 private:
  virtual std::optional<Var> penalty(std::span<const DomainOutputs> domains, const Moment& at) const = 0;

  double weight_;
};

/// The mean over all pairs of domains of distance(Set, Set), where a Set is made of a domain's features; none
/// for a single domain.
template <class Set>
class PairwiseDistance : public FeatureDistance {
 public:
  using FeatureDistance::FeatureDistance;  ///< the same constructor

 private:
  std::optional<Var> penalty(std::span<const DomainOutputs> domains, const Moment&) const override {
    std::vector<Set> sets;
    for (const DomainOutputs& domain : domains) sets.emplace_back(domain.features);
    std::vector<Var> distances;
    for (std::size_t a = 0; a < sets.size(); ++a)
      for (std::size_t b = a + 1; b < sets.size(); ++b) distances.push_back(distance(sets[a], sets[b]));
    return distances.empty() ? std::nullopt : std::optional(mean_of(distances));
  }
};

/// The distance of two sets: the first rows of every domain, as many as are drawn at random, and the others.
/// None if a set has fewer than two rows.
template <class Set>
class RandomHalvesDistance : public FeatureDistance {
 public:
  static constexpr std::uint32_t kStream = 0x63697263;  ///< "circ", of its random numbers
  using FeatureDistance::FeatureDistance;               ///< the same constructor

 private:
  std::optional<Var> penalty(std::span<const DomainOutputs> domains, const Moment& at) const override {
    std::optional<Var> first, second;
    const auto put = [](std::optional<Var>& set, Var part) { set = set ? concatenate(*set, part) : part; };
    for (std::size_t e = 0; e < domains.size(); ++e) {
      const Var features = domains[e].features;
      const auto count = static_cast<std::uint32_t>(features.shape().rows());
      Random random(at.seed, kStream, at.step, static_cast<std::uint32_t>(e));
      const auto cut = static_cast<Index>(random.below(count));
      if (cut > 0) put(first, rows(features, {.count = cut}));
      put(second, rows(features, {.first = cut}));
    }
    const auto enough = [](const std::optional<Var>& set) { return set && set->shape().rows() > 1; };
    if (!enough(first) || !enough(second)) return std::nullopt;
    return distance(Set(*first), Set(*second));
  }
};

}  // namespace sand::nn
