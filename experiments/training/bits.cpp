#include "experiments/training/bits.h"

#include <cstdio>
#include <memory>

#include "domains/colored_mnist.h"
#include "domains/generated_digits.h"
#include "domains/sampler.h"
#include "domains/spirals.h"
#include "experiments/setup/models.h"
#include "experiments/training/evaluation.h"
#include "nn/objectives.h"
#include "optim/combiners/and_mask.h"
#include "optim/combiners/mean_gradient.h"
#include "optim/combiners/sand_mask.h"
#include "optim/optimizers/adam.h"
#include "tensor/fingerprint.h"
#include "tensor/numerics.h"

namespace sand::experiments {
namespace {

/// A model and its data. The number of rows is no multiple of a tile, and a domain has several shards.
struct Subject {
  const char* name;
  domains::DataSet data;
  std::function<std::unique_ptr<Model>()> model;
  Index tile_rows;
  int rows, steps;
};

struct Combination {
  const char* name;
  std::function<std::unique_ptr<optim::Combiner>()> combiner;
};

template <class Number>
std::span<const Number> one(const Number& number) {
  return {&number, 1};
}

Fingerprint train(const Subject& subject, const Combination& method, const Threads& threads) {
  std::vector<domains::Part> parts;
  for (const domains::Domain& domain : subject.data.domains) parts.push_back(domains::whole(domain));
  domains::Sampler sampler(parts, {.rows = subject.rows, .seed = 2});
  const std::unique_ptr<Model> model = subject.model();
  Parameters& parameters = model->parameters;
  DomainGradients engine(model->network, parameters,
                         {.tile_rows = subject.tile_rows, .seed = 3, .threads = threads});
  const std::unique_ptr<optim::Combiner> combiner = method.combiner();
  optim::Adam adam(parameters, {.learning_rate = 3e-3, .weight_decay = 1e-3});

  Fingerprint hash;
  for (int step = 0; step < subject.steps; ++step) {
    const GradientTable& g = engine(sampler.draw(static_cast<std::uint32_t>(step)), nn::CrossEntropy{});
    adam.step(parameters, combiner->combine(g, threads), threads);
    hash.add(g.losses());
  }
  hash.add(std::span<const Scalar>(parameters.numbers()));
  for (const TensorView moment : {adam.first_moment(), adam.second_moment()})
    hash.add(std::span<const Scalar>(moment.data(), static_cast<std::size_t>(moment.size())));
  Evaluation evaluate(*model, threads);
  for (const domains::Part& part : parts) {
    const Score score = evaluate(part, nn::CrossEntropy{});
    hash.add(one(score.loss)).add(one(score.accuracy));
  }
  return hash;
}

std::string line(const char* model, const char* method, const Fingerprint& hash) {
  char text[80];
  std::snprintf(text, sizeof text, "%-6s %-9s %-8s %s\n", sizeof(Scalar) == 8 ? "double" : "float", model,
                method, hash.text().c_str());
  return text;
}

Subject cnn(int steps, const Threads& threads) {
  const auto digits = std::make_shared<domains::Digits>(domains::generated_digits(12, 1, threads));
  return {"MNIST_CNN",
          domains::colored_mnist(digits, 1),
          [] { return make_model("MNIST_CNN:2x28x28-2", nn::Activation::relu, 1); },
          1,
          2,
          steps};
}

Combination erm() {
  return {"ERM", [] { return std::make_unique<optim::MeanGradient>(); }};
}

}  // namespace

std::string bits(const Threads& threads) {
  const auto mlp = [] {
    return make_mlp({.inputs = 18, .hidden = {65, 64}, .outputs = 2, .dropout = 0.1}, {18}, 1);
  };
  const Subject subjects[] = {
      {"MLP", domains::Spirals({.domains = 4, .examples = 100, .test_examples = 50}), mlp, 16, 75, 60},
      cnn(20, threads)};
  const Combination methods[] = {
      erm(),
      {"ANDMask", [] { return std::make_unique<optim::AndMask>(optim::AndMaskOptions{.tau = 0.5}); }},
      {"SANDMask",
       [] { return std::make_unique<optim::SandMask>(optim::SandMaskOptions{.tau = 0.3, .k = 10}); }}};
  std::string text = "numerics " + std::to_string(kNumericsVersion) + "\n";
  Fingerprint all;
  for (const Subject& subject : subjects)
    for (const Combination& method : methods) {
      const Fingerprint hash = train(subject, method, threads);
      all.add(one(hash.value()));
      text += line(subject.name, method.name, hash);
    }
  return text + line("all", "", all);
}

std::string cnn_bits(const Threads& threads) { return train(cnn(2, threads), erm(), threads).text(); }

}  // namespace sand::experiments
