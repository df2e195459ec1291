// Two updates of a small network, with the explanation of every weight.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "experiments/explain/explanation.h"
#include "nn/objectives.h"
#include "optim/optimizers/adam.h"
#include "tensor/random.h"

namespace sand::experiments {

/// Normal inputs around a common direction, so that some weights have agreeing gradients and others do not.
inline Batch batch_of(const Model& model, const std::vector<Index>& rows, std::uint64_t seed) {
  Batch batch;
  batch.step = 7;
  Random random(seed);
  for (const Index n : rows) {
    DomainRows domain;
    std::vector<Index> shape = {n};
    for (int axis = 0; axis < model.example.rank(); ++axis) shape.push_back(model.example[axis]);
    domain.inputs = Tensor(Shape(shape));
    for (Scalar& x : domain.inputs.span().numbers()) x = static_cast<Scalar>(random.normal() + 0.5);
    for (Index i = 0; i < n; ++i) {
      domain.labels.push_back(static_cast<std::int32_t>(random.below(2)));
      domain.examples.push_back(static_cast<std::uint32_t>(100 + i));
    }
    batch.domains.push_back(std::move(domain));
  }
  return batch;
}

/// All weights, or every n-th one.
inline std::vector<WeightPlace> all_weights(const Parameters& parameters, Index every = 1) {
  std::vector<WeightPlace> weights;
  for (const Slot& slot : parameters.slots())
    for (Index i = 0; i < slot.shape.size(); i += every)
      weights.push_back(weight_named(parameters, weight_name(parameters.slots(), slot.offset + i)));
  return weights;
}

/// A model, its data and its settings.
struct Play {
  std::unique_ptr<Model> model;
  Batch batch;
  std::string method;
  Hparams hparams;
  optim::AdamOptions options{};
  bool allow_closed = false;
  Threads threads = Threads(1);

  /// Makes two updates; every explanation must end with the weight of the engine. -> the explanations of the
  /// second update
  std::vector<WeightExplanation> run() {
    const nn::CrossEntropy objective;
    const Algorithm& chosen = algorithm(method);
    DomainGradients engine(model->network, model->parameters, {.tile_rows = model->tile_rows});
    optim::Adam adam(model->parameters, options);
    const auto combiner = chosen.make_combiner(hparams, allow_closed);
    const std::vector<WeightPlace> weights = all_weights(model->parameters);
    std::vector<WeightExplanation> explanations;
    for (int step = 0; step < 2; ++step) {
      const GradientTable& g = engine(batch, objective);
      explanations = explain({.model = *model,
                              .objective = objective,
                              .batch = batch,
                              .gradients = g,
                              .method = chosen,
                              .hparams = hparams,
                              .allow_closed = allow_closed,
                              .carried = combiner->state(),
                              .optimizer = adam,
                              .threads = threads},
                             weights);
      REQUIRE(explanations.size() == weights.size());
      const optim::Direction& direction = combiner->combine(g);
      adam.step(model->parameters, direction);
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const Index column = weights[i].column;
        CAPTURE(weights[i].name);
        REQUIRE_NOTHROW(
            explanations[i].must_match(model->parameters.numbers()[static_cast<std::size_t>(column)]));
        REQUIRE(explanations[i].mask.mask.has_value() == direction.has_mask());
        if (direction.has_mask()) REQUIRE(explanations[i].mask.mask == direction.mask[column]);
        REQUIRE(explanations[i].mask.direction == direction.values[column]);
        REQUIRE(explanations[i].optimizer.terms.scalar("m") == adam.first_moment()[column]);
        REQUIRE(explanations[i].optimizer.terms.scalar("v") == adam.second_moment()[column]);
      }
    }
    return explanations;
  }
};

inline std::unique_ptr<Model> small() { return make_model("mlp:5-7-2", nn::Activation::leaky_relu, 1); }

}  // namespace sand::experiments
