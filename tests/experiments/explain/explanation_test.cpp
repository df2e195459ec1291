#include "experiments/explain/explanation.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "optim/combiners/and_mask.h"
#include "tests/experiments/explain/play.h"

using namespace sand;
using namespace sand::experiments;

namespace {

const std::vector<std::pair<const char*, Hparams>> kMethods = {
    {"ERM", {}},
    {"ANDMask", {{"tau", 0.5}, {"rescale", 1}}},
    {"ANDMask", {{"tau", 1}, {"rescale", 0}}},
    {"GeometricMean", {{"tau", 0.5}, {"rescale", 1}}},
    {"SANDMask", {{"tau", 0.2}, {"k", 1e-3}, {"rescale", 1}}},
    {"SANDMask", {{"tau", 0.2}, {"k", 10}, {"rescale", 0}}}};

/// AND-mask, but the mask or the direction of the first weight is not what explain() says.
template <Tensor optim::Direction::*kPart>
class Liar : public optim::Combiner {
 public:
  const char* name() const override { return "Liar"; }
  const optim::Direction& combine(const GradientTable& table, const Threads& threads) override {
    const optim::Direction& right = honest_.combine(table, threads);
    lie_.values = right.values.copy();
    lie_.mask = right.mask.copy();
    (lie_.*kPart)[0] += Scalar{0.25};
    return lie_;
  }
  optim::Terms explain(const GradientTable& table, Index column) const override {
    return honest_.explain(table, column);
  }

 private:
  optim::AndMask honest_;
  optim::Direction lie_;
};

template <Tensor optim::Direction::*kPart>
const optim::CombinerCard& liars_card() {
  static const optim::CombinerCard card = [] {
    optim::CombinerCard liar = optim::AndMask::card();
    liar.make = [](const Hparams&, bool) -> std::unique_ptr<optim::Combiner> {
      return std::make_unique<Liar<kPart>>();
    };
    return liar;
  }();
  return card;
}

}  // namespace

TEST_CASE("An explanation ends with the weight of the engine, bit for bit, for every method and every Adam") {
  for (const auto& [method, hparams] : kMethods)
    for (const optim::WeightDecay decay : {optim::WeightDecay::coupled, optim::WeightDecay::decoupled})
      for (const bool mask_update : {false, true}) {
        Play play{small(),
                  {},
                  method,
                  hparams,
                  {.learning_rate = 3e-3, .weight_decay = 0.02, .decay = decay, .mask_update = mask_update}};
        CAPTURE(play.method);
        play.batch = batch_of(*play.model, {9, 70, 1, 5}, 3);
        play.run();
      }
}

TEST_CASE("An explanation ends with the weight of the engine, bit for bit, for every algorithm by default") {
  for (const Algorithm& method : algorithms()) {
    Play play{small(), {}, method.name, {}, {.learning_rate = 3e-3}};
    for (const HparamRule& rule : method.hparams)
      if (!rule.is_list) play.hparams[rule.name] = rule.standard;
    CAPTURE(play.method);
    play.batch = batch_of(*play.model, {9, 70, 1, 5}, 3);
    const WeightExplanation explanation = play.run().back();
    CHECK(explanation.mask.weights.size() == (method.weighs_rows() ? 4 : 0));
    CHECK(explanation.text().find(method.name) != std::string::npos);
  }
}

TEST_CASE("An explanation of a convolutional network ends with the weight of the engine") {
  Play play{make_model("SmallCNN:1x5x4-2", nn::Activation::relu, 2),
            {},
            "SANDMask",
            {{"tau", 0.2}, {"k", 1e-4}, {"rescale", 1}}};
  play.batch = batch_of(*play.model, {3, 2}, 4);
  const nn::CrossEntropy objective;
  DomainGradients engine(play.model->network, play.model->parameters, {.tile_rows = play.model->tile_rows});
  optim::Adam adam(play.model->parameters);
  const GradientTable& g = engine(play.batch, objective);
  const std::vector<WeightPlace> weights = {weight_named(play.model->parameters, "conv1.weight[3,5,0,2]"),
                                            weight_named(play.model->parameters, "norm2.bias[7]")};
  const Algorithm& method = algorithm("SANDMask");
  const auto explanations = explain({.model = *play.model,
                                     .objective = objective,
                                     .batch = play.batch,
                                     .gradients = g,
                                     .method = method,
                                     .hparams = play.hparams,
                                     .optimizer = adam},
                                    weights);
  adam.step(play.model->parameters, method.make_combiner(play.hparams, false)->combine(g));
  for (std::size_t i = 0; i < weights.size(); ++i)
    explanations[i].must_match(play.model->parameters.numbers()[static_cast<std::size_t>(weights[i].column)]);
  CHECK(explanations[0].domains[0].examples.size() == 3);
}

TEST_CASE("A gradient of exactly zero counts for neither sign") {
  Play play{make_model("mlp:5-12-2", nn::Activation::relu, 3), {}, "ANDMask", {{"tau", 0.5}, {"rescale", 1}}};
  play.batch = batch_of(*play.model, {1, 2, 1}, 14);
  int abstaining = 0;
  for (const WeightExplanation& explanation : play.run()) {
    int zeros = 0, balance = 0;
    for (const DomainTerms& domain : explanation.domains)
      zeros += domain.gradient == 0, balance += (domain.gradient > 0) - (domain.gradient < 0);
    CHECK(explanation.n_plus + explanation.n_minus + zeros == 3);
    CHECK(explanation.n_plus - explanation.n_minus == balance);
    CHECK(explanation.agreement == std::abs(balance) / 3.0);
    abstaining += zeros > 0 && zeros < 3;
  }
  CHECK(abstaining > 0);
}

TEST_CASE("Threads change no number of an explanation") {
  std::vector<std::string> told;
  for (const int threads : {1, 3}) {
    Play play{small(), {}, "SANDMask", {{"tau", 0.2}, {"k", 1e-3}, {"rescale", 1}}};
    play.threads = Threads(threads);
    play.batch = batch_of(*play.model, {20, 30}, 8);
    std::string all;
    for (const WeightExplanation& explanation : play.run()) all += explanation.json();
    told.push_back(all);
  }
  CHECK(told[0] == told[1]);
}

TEST_CASE("An explanation shows SAND-mask's conventions: one domain, equal gradients, agreement at tau") {
  Play one{small(), {}, "SANDMask", {{"tau", 0.5}, {"k", 10}, {"rescale", 1}}};
  one.allow_closed = true;
  one.batch = batch_of(*one.model, {4}, 9);
  for (const WeightExplanation& explanation : one.run()) {
    CHECK(std::isnan(explanation.variance));
    CHECK(explanation.mask.terms.find("variance")->value == 1e-17);
    CHECK(explanation.others.size() == 1);  // no AND-mask of one domain
    CHECK(nlohmann::json::parse(explanation.json())["variance"] == "nan");
  }
  for (const double tau : {0.5, 1.0}) {
    Play equal{small(), {}, "SANDMask", {{"tau", tau}, {"k", 10}, {"rescale", 1}}};
    equal.allow_closed = true;
    equal.batch = batch_of(*equal.model, {4}, 9);
    equal.batch.domains.push_back({equal.batch.domains[0].inputs.copy(), equal.batch.domains[0].labels,
                                   equal.batch.domains[0].examples});
    for (const WeightExplanation& explanation : equal.run()) {
      CHECK(explanation.variance == 0);
      CHECK(explanation.mask.terms.find("argument")->value ==
            (tau == 1 ? 1e-17 : std::numeric_limits<double>::infinity()));
      if (tau < 1) CHECK(nlohmann::json::parse(explanation.json())["mask"]["argument"] == "inf");
    }
  }
}

TEST_CASE("An explanation shows ERM and AND-mask beside the method of the run") {
  Play play{small(), {}, "SANDMask", {{"tau", 0.5}, {"k", 1e-3}, {"rescale", 1}}};
  play.batch = batch_of(*play.model, {9, 9, 9, 9}, 10);
  const nn::CrossEntropy objective;
  DomainGradients engine(play.model->network, play.model->parameters, {});
  const GradientTable& g = engine(play.batch, objective);
  const optim::Adam adam(play.model->parameters, {.weight_decay = 0.1});
  const std::vector<WeightPlace> weights = all_weights(play.model->parameters);
  const auto explanations = explain({.model = *play.model,
                                     .objective = objective,
                                     .batch = play.batch,
                                     .gradients = g,
                                     .method = algorithm("SANDMask"),
                                     .hparams = play.hparams,
                                     .optimizer = adam},
                                    weights);
  for (std::size_t which = 0; which < 2; ++which) {
    const Algorithm& method = algorithm(which == 0 ? "ERM" : "ANDMask");
    const auto combiner = method.make_combiner({{"tau", 0.5}, {"rescale", 1}}, false);
    Parameters parameters = play.model->parameters;
    optim::Adam theirs(parameters, {.weight_decay = 0.1});
    const optim::Direction& direction = combiner->combine(g);
    theirs.step(parameters, direction);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const OtherMethod& other = explanations[i].others[which];
      CHECK(other.mask.method == method.name);
      if (direction.has_mask()) CHECK(other.mask.mask == direction.mask[weights[i].column]);
      CHECK(other.mask.direction == direction.values[weights[i].column]);
      CHECK(other.after == parameters.numbers()[static_cast<std::size_t>(weights[i].column)]);
    }
  }
}

TEST_CASE("An explanation with another mask or direction than the engine's is refused") {
  Play play{small(), {}, "ANDMask", {}};
  play.batch = batch_of(*play.model, {4, 4}, 12);
  const nn::CrossEntropy objective;
  DomainGradients engine(play.model->network, play.model->parameters);
  const GradientTable& g = engine(play.batch, objective);
  optim::Adam adam(play.model->parameters);
  const optim::CombinerCard* const liars[] = {&liars_card<&optim::Direction::mask>(),
                                              &liars_card<&optim::Direction::values>()};
  for (const optim::CombinerCard* liar : liars) {
    const Algorithm method("Liar", nullptr, liar);
    const auto explained = [&](Index column) {
      return explain({.model = *play.model,
                      .objective = objective,
                      .batch = play.batch,
                      .gradients = g,
                      .method = method,
                      .hparams = play.hparams,
                      .optimizer = adam},
                     {all_weights(play.model->parameters)[static_cast<std::size_t>(column)]});
    };
    CHECK_THROWS_WITH_AS(
        explained(0),
        doctest::Contains("explanation: linear0.weight[0,0] under Liar is not what the engine computed"),
        Error);
    CHECK_NOTHROW(explained(1));
  }
}

TEST_CASE("An explanation that does not end with the new weight is refused") {
  Play play{small(), {}, "ERM", {}};
  play.batch = batch_of(*play.model, {4, 4}, 12);
  const WeightExplanation explanation = play.run().front();
  CHECK_NOTHROW(explanation.must_match(explanation.optimizer.after));
  CHECK_THROWS_WITH_AS(
      explanation.must_match(std::nextafter(explanation.optimizer.after, Scalar{1e9})),
      doctest::Contains("explanation: the new value of linear0.weight[0,0] is not what the engine computed"),
      Error);
}

TEST_CASE("Text and JSON have the same numbers") {
  Play play{small(), {}, "SANDMask", {{"tau", 0.2}, {"k", 1e-3}, {"rescale", 1}}, {.weight_decay = 0.1}};
  play.batch = batch_of(*play.model, {9, 12, 3}, 13);
  for (const WeightExplanation& explanation : play.run()) {
    const nlohmann::json json = nlohmann::json::parse(explanation.json());
    CHECK(json["weight"] == explanation.weight);
    CHECK(json["step"] == 7);
    const std::string text = explanation.text();
    const auto told = [&](const nlohmann::json& number, bool wide) {
      char digits[40];
      std::snprintf(digits, sizeof digits, wide || sizeof(Scalar) == 8 ? "%.17g" : "%.9g",
                    number.get<double>());
      CHECK_MESSAGE(text.find(" " + std::string(digits)) != std::string::npos, number.dump());
    };
    for (const auto& domain : json["domains"]) {
      told(domain["gradient"], false);
      for (const char* name : {"loss", "sum", "magnitudes"}) told(domain[name], true);
      CHECK(domain["largest"].get<double>() >= std::fabs(domain["gradient"].get<double>()));
    }
    for (const char* name : {"agreement", "mean", "variance"}) told(json[name], true);
    for (const char* name : {"mask", "average", "masked", "scale", "direction"})
      told(json["mask"][name], false);
    for (const char* name : {"argument", "mask_mean"}) told(json["mask"][name], true);
    for (const char* name : {"weight", "m_before", "v_before", "gradient", "m", "v", "step_size",
                             "root_scale", "denominator", "step", "after", "movement"})
      told(json["adam"][name], false);
    for (const char* name : {"correction1", "correction2"}) told(json["adam"][name], true);
  }
}
