// Objectives over domains on given outputs and features, for their tests.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nn/objectives.h"
#include "tensor/random.h"

namespace sand::testing {

/// The rows of one domain, and afterwards the objective's gradients by them.
struct WholeDomain {
  Tensor outputs, features;  // [n, classes], [n, f]
  std::vector<std::int32_t> labels;
  Tensor by_outputs{}, by_features{};
  Tensor values{};  // numbers to predict, or labels, in place of classes
};

/// Random domains with the given numbers of rows; one logit if classes is 1.
inline std::vector<WholeDomain> random_domains(const std::vector<Index>& rows, Index classes, Index features,
                                               std::uint64_t seed) {
  Random random(seed);
  std::vector<WholeDomain> domains;
  for (const Index n : rows) {
    WholeDomain& domain = domains.emplace_back(WholeDomain{Tensor({n, classes}), Tensor({n, features}), {}});
    for (Tensor* tensor : {&domain.outputs, &domain.features})
      for (Index i = 0; i < tensor->size(); ++i) (*tensor)[i] = static_cast<Scalar>(random.normal());
    for (Index i = 0; i < n; ++i)
      domain.labels.push_back(
          static_cast<std::int32_t>(random.below(classes == 1 ? 2 : static_cast<std::uint32_t>(classes))));
  }
  return domains;
}

struct Evaluated {
  double objective, penalty;
};

/// The value of an objective; writes its gradients into the domains.
inline Evaluated evaluate(const Objective& objective, std::vector<WholeDomain>& domains,
                          std::vector<double>& carried, std::uint32_t step = 0, std::uint64_t seed = 0) {
  const Parameters none;
  Tape tape;
  tape.start(none);
  std::vector<DomainOutputs> seen;
  std::vector<Var> losses;
  for (WholeDomain& domain : domains) {
    domain.by_outputs = Tensor(domain.outputs.shape());
    domain.by_features = Tensor(domain.features.shape());
    const Var outputs = tape.variable(domain.outputs, domain.by_outputs);
    const bool classes = domain.values.data() == nullptr;
    const Targets targets(
        classes ? std::span<const std::int32_t>(domain.labels) : std::span<const std::int32_t>(),
        classes ? TensorView() : domain.values);
    seen.push_back({outputs, tape.variable(domain.features, domain.by_features), targets});
    losses.push_back(objective.loss(outputs, targets, domain.outputs.shape().rows()));
  }
  const Total total = objective.over_domains()->total(seen, losses, {seed, step, carried});
  tape.backward(total.objective);
  return {static_cast<double>(total.objective.value()[0]), total.penalty};
}

/// The standard hyper-parameters of a card and of a run, with the penalty's full weight from step 0 on.
inline Hparams without_annealing(const nn::DomainObjectiveCard& card) {
  Hparams hparams = {{"lr", 1e-3}, {"weight_decay", 0}};
  for (const HparamRule& rule : card.hparams)
    hparams[rule.name] =
        std::string_view(rule.name).find("_iters") == std::string_view::npos ? rule.standard : 0;
  return hparams;
}

inline std::unique_ptr<Objective> base_for(Index classes) {
  if (classes == 1) return std::make_unique<nn::BinaryCrossEntropy>();
  return std::make_unique<nn::CrossEntropy>();
}

/// The cards of the objectives over whole domains, without those that change the batch or need several
/// passes.
inline std::vector<nn::DomainObjectiveCard> whole_domain_cards() {
  std::vector<nn::DomainObjectiveCard> cards = nn::domain_objectives();
  std::erase_if(cards, [](const auto& card) {
    return !card.make(without_annealing(card), base_for(3))->over_domains();
  });
  return cards;
}

inline const nn::DomainObjectiveCard& card_of(const std::string& name) {
  for (const nn::DomainObjectiveCard& card : nn::domain_objectives())
    if (name == card.name) return card;
  throw std::runtime_error("no objective " + name);
}

}  // namespace sand::testing
