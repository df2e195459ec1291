// Gradients of single examples and their sum.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/experiments/explain/play.h"

using namespace sand;
using namespace sand::experiments;

TEST_CASE("The examples of a domain add up to its gradient") {
  Play play{small(), {}, "SANDMask", {{"tau", 0.2}, {"k", 1e-3}, {"rescale", 1}}};
  play.batch = batch_of(*play.model, {150, 64, 3}, 5);
  const double tolerance = sizeof(Scalar) == 8 ? 1e-14 : 1e-6;
  for (const WeightExplanation& explanation : play.run())
    for (const DomainTerms& domain : explanation.domains) {
      double total = 0, magnitudes = 0;
      for (const ExampleTerms& example : domain.examples)
        total += example.gradient, magnitudes += std::fabs(example.gradient);
      CAPTURE(explanation.weight);
      REQUIRE(std::fabs(domain.sum - total) <= 1e-14 * magnitudes);
      REQUIRE(std::fabs(domain.sum - domain.gradient) <= tolerance * domain.magnitudes);
      REQUIRE(domain.magnitudes == doctest::Approx(magnitudes).epsilon(1e-12));
    }
}

TEST_CASE(
    "The examples of a convolutional network add up to its gradients, up to rounding relative to the whole "
    "tensor") {
  const double tolerance = sizeof(Scalar) == 8 ? 1e-14 : 1e-6;
  for (const auto convolution : {kernels::ConvolutionMethod::direct, kernels::ConvolutionMethod::winograd}) {
    const auto model = make_model("MNIST_CNN:2x14x14-2", nn::Activation::relu, 2, convolution);
    const Batch batch = batch_of(*model, {5, 9}, 15);
    const nn::CrossEntropy objective;
    DomainGradients engine(model->network, model->parameters, {.tile_rows = model->tile_rows});
    const GradientTable& g = engine(batch, objective);
    const optim::Adam adam(model->parameters);
    const std::vector<WeightPlace> weights = all_weights(model->parameters, 301);
    const auto explanations = explain({.model = *model,
                                       .objective = objective,
                                       .batch = batch,
                                       .gradients = g,
                                       .method = algorithm("ERM"),
                                       .hparams = {},
                                       .optimizer = adam},
                                      weights);
    for (std::size_t i = 0; i < explanations.size(); ++i)
      for (int e = 0; e < 2; ++e) {
        const DomainTerms& domain = explanations[i].domains[static_cast<std::size_t>(e)];
        const std::span<const Scalar> tensor = g.gradient(e, weights[i].slot).numbers();
        CAPTURE(explanations[i].weight);
        REQUIRE(domain.largest ==
                std::abs(*std::max_element(tensor.begin(), tensor.end(),
                                           [](Scalar a, Scalar b) { return std::abs(a) < std::abs(b); })));
        REQUIRE(std::fabs(domain.sum - domain.gradient) <= tolerance * (domain.magnitudes + domain.largest));
      }
  }
}

TEST_CASE(
    "The difference between examples and gradient is given relative to both, and is inf relative to 0") {
  Play play{small(), {}, "ERM", {}};
  play.batch = batch_of(*play.model, {4, 4}, 12);
  WeightExplanation explanation = play.run().front();
  DomainTerms& domain = explanation.domains[0];
  domain.gradient = 3, domain.sum = 1, domain.magnitudes = 4, domain.largest = 8;
  CHECK(explanation.text().find(" 5.0e-01   2.5e-01\n") != std::string::npos);
  domain.magnitudes = 0;
  CHECK(explanation.text().find(" inf       2.5e-01\n") != std::string::npos);
  domain.sum = 3;
  CHECK(explanation.text().find(" 0.0e+00   0.0e+00\n") != std::string::npos);
}

TEST_CASE("Examples keep their row, number, label and the dropout of the step") {
  auto model = make_mlp(
      {.inputs = 5, .hidden = {16}, .outputs = 2, .activation = nn::Activation::tanh, .dropout = 0.5}, {5},
      1);
  const Batch batch = batch_of(*model, {6, 5}, 6);
  const nn::CrossEntropy objective;
  DomainGradients engine(model->network, model->parameters, {.seed = 11});
  const GradientTable& g = engine(batch, objective);
  const optim::Adam adam(model->parameters);
  const auto explanations = explain({.model = *model,
                                     .objective = objective,
                                     .batch = batch,
                                     .gradients = g,
                                     .method = algorithm("ERM"),
                                     .hparams = {},
                                     .optimizer = adam,
                                     .seed = 11,
                                     .domain_names = {"left", "right"}},
                                    all_weights(model->parameters));
  int dropped = 0;
  for (const WeightExplanation& explanation : explanations) {
    CHECK(explanation.domains[1].name == "right");
    for (std::size_t e = 0; e < 2; ++e) {
      const DomainTerms& domain = explanation.domains[e];
      REQUIRE(std::fabs(domain.sum - domain.gradient) <= 1e-6 * domain.magnitudes);
      for (std::size_t row = 0; row < domain.examples.size(); ++row) {
        CHECK(domain.examples[row].row == static_cast<Index>(row));
        CHECK(domain.examples[row].example == batch.domains[e].examples[row]);
        CHECK(domain.examples[row].label == batch.domains[e].labels[row]);
        dropped += domain.examples[row].gradient == 0;
      }
    }
  }
  CHECK(dropped > 100);
}
