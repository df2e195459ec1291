// Objectives that need several passes: against a reference, differences, and their laws.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "autograd/gradients_elsewhere.h"
#include "tests/autograd/small_batches.h"
#include "tests/nn/objectives/whole_domains.h"

using namespace sand;
using namespace sand::testing;

namespace {

using Json = nlohmann::json;

/// The network, the batch and the numbers of passes_reference.py.
struct Reference {
  explicit Reference(nn::Activation of_hidden = nn::Activation::tanh) : activation(of_hidden) {
    set_weights(json["weights"]);
    for (const Json& of : json["domains"]) {
      DomainRows& rows = batch.domains.emplace_back();
      rows.inputs = Tensor({static_cast<Index>(of["inputs"].size()), 5});
      for (Index i = 0; i < rows.inputs.size(); ++i)
        rows.inputs[i] =
            of["inputs"][static_cast<std::size_t>(i / 5)][static_cast<std::size_t>(i % 5)].get<Scalar>();
      rows.labels = of["labels"].get<std::vector<std::int32_t>>();
      for (std::uint32_t i = 0; i < rows.labels.size(); ++i) rows.examples.push_back(i);
    }
  }

  nn::Activation activation;
  Json json = [] {
    std::ifstream file(std::string(SANDGRAD_SOURCE_DIR) + "/tests/nn/objectives/passes.json");
    return Json::parse(file);
  }();
  Parameters parameters;
  nn::Mlp net{parameters, {.inputs = 5, .hidden = {4}, .outputs = 2, .activation = activation}, Random(1)};
  Batch batch;

  void set_weights(const std::vector<double>& weights) {
    REQUIRE(weights.size() == static_cast<std::size_t>(parameters.size()));
    for (std::size_t j = 0; j < weights.size(); ++j)
      parameters.numbers()[j] = static_cast<Scalar>(weights[j]);
  }
  DomainGradients engine(std::uint64_t seed = 0) const {
    return {net, parameters, {.tile_rows = 2, .seed = seed}};
  }
};

std::vector<double> mean_row(const GradientTable& table) {
  std::vector<double> mean(static_cast<std::size_t>(table.columns()));
  for (int e = 0; e < table.domains(); ++e)
    for (std::size_t j = 0; j < mean.size(); ++j)
      mean[j] += static_cast<double>(table.row(e)[j]) / table.domains();
  return mean;
}

/// The largest |found - expected|, relative to the largest |expected|.
template <class Found>
double apart(const Found& found, const std::vector<double>& expected) {
  double off = 0, largest = 1e-6;
  for (std::size_t j = 0; j < expected.size(); ++j) {
    off = std::max(off, std::fabs(static_cast<double>(found[j]) - expected[j]));
    largest = std::max(largest, std::fabs(expected[j]));
  }
  return off / largest;
}

std::unique_ptr<Objective> make(const char* name, const Hparams& changes = {}) {
  Hparams hparams = without_annealing(card_of(name));
  for (const auto& [key, value] : changes) hparams[key] = value;
  return card_of(name).make(hparams, base_for(2));
}

constexpr bool kDouble = sizeof(Scalar) == 8;
constexpr double kRounding = kDouble ? 1e-10 : 1e-4;

}  // namespace

TEST_CASE(
    "IGA's gradient equals exact second derivatives to nine digits in double, three in float, also at "
    "kinks") {
  for (const bool kinks : {false, true}) {
    CAPTURE(kinks);
    Reference with(kinks ? nn::Activation::relu : nn::Activation::tanh);
    for (const Json& expected : with.json[kinks ? "iga_relu" : "iga"]) {
      DomainGradients engine = with.engine();
      const auto objective = make("IGA", {{"penalty", expected["penalty"]}});
      const GradientTable& table = engine(with.batch, *objective);
      CHECK(apart(mean_row(table), expected["gradient"]) < (kDouble ? 1e-9 : 1e-3));
      CHECK(table.penalty ==
            doctest::Approx(expected["apart"].get<double>()).epsilon(kDouble ? 1e-10 : 1e-4));
      CHECK(table.objective ==
            doctest::Approx(expected["objective"].get<double>()).epsilon(kDouble ? 1e-10 : 1e-4));
    }
  }
}

TEST_CASE("IGA's gradient equals central differences of its objective, in double") {
  if (!kDouble) return;  // differences need the digits of double
  Reference with;
  const auto objective = make("IGA", {{"penalty", 3}});
  DomainGradients engine = with.engine();
  const std::vector<double> gradient = mean_row(engine(with.batch, *objective));
  std::vector<double> differences;
  for (Scalar& weight : with.parameters.numbers()) {
    const Scalar before = weight;
    double values[2];
    for (const int side : {0, 1}) {
      weight = before + static_cast<Scalar>(side ? 1e-5 : -1e-5);
      values[side] = engine(with.batch, *objective).objective;
    }
    weight = before;
    differences.push_back((values[1] - values[0]) / 2e-5);
  }
  CHECK(apart(gradient, differences) < 1e-7);
}

TEST_CASE("IGA without a penalty, or of equal domains, is the mean of the gradients") {
  Reference with;
  const nn::CrossEntropy loss;
  DomainGradients plain = with.engine(), engine = with.engine();
  const std::vector<double> mean = mean_row(plain(with.batch, loss));
  CHECK(apart(mean_row(engine(with.batch, *make("IGA", {{"penalty", 0}}))), mean) < kRounding);
  Batch equal;
  for (int e = 0; e < 2; ++e) {
    const DomainRows& rows = with.batch.domains[0];
    equal.domains.push_back(
        {Tensor(rows.inputs.shape(), rows.inputs.view().numbers()), rows.labels, rows.examples});
  }
  const GradientTable& table = engine(equal, *make("IGA"));
  CHECK(table.penalty == 0);
  CHECK(std::equal(table.row(0).begin(), table.row(0).end(), table.row(1).begin()));
}

TEST_CASE("MLDG's rows equal those of an independent reference, for every order of the domains") {
  Reference with;
  for (const Json& expected : with.json["mldg"]) {
    std::vector<bool> seen(expected["cases"].size());
    const auto objective = make("MLDG", {{"mldg_beta", expected["beta"]},
                                         {"n_meta_test", expected["tests"]},
                                         {"lr", expected["lr"]},
                                         {"weight_decay", expected["decay"]}});
    CHECK(objective->fewest_domains() == expected["tests"].get<int>() + 1);
    for (with.batch.step = 0; with.batch.step < 40; ++with.batch.step) {
      const std::vector<std::uint32_t> order = Random(7, 0x6d6c6467, with.batch.step).permutation(3);
      DomainGradients engine = with.engine(7);
      const GradientTable& table = engine(with.batch, *objective);
      for (std::size_t i = 0; i < seen.size(); ++i) {
        const Json& wanted = expected["cases"][i];
        if (wanted["order"].get<std::vector<std::uint32_t>>() != order) continue;
        seen[i] = true;
        CHECK(table.objective == doctest::Approx(wanted["objective"].get<double>()).epsilon(kRounding));
        for (int e = 0; e < 3; ++e)
          CHECK(apart(table.row(e), wanted["rows"][static_cast<std::size_t>(e)]) < kRounding);
      }
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](bool s) { return s; }));
  }
}

TEST_CASE("MLDG refuses a number of test domains that is not whole") {
  CHECK_THROWS_WITH_AS(make("MLDG", {{"n_meta_test", 1.5}}),
                       "MLDG: n_meta_test must be a whole number\n    found 1.500000", Error);
}

TEST_CASE("Fish's steps equal those of an independent reference, and carry Adam's moments") {
  Reference with;
  for (const Json& expected : with.json["fish"]) {
    const auto objective = make(
        "Fish", {{"meta_lr", expected["meta"]}, {"lr", expected["lr"]}, {"weight_decay", expected["decay"]}});
    CHECK(std::string(card_of("Fish").optimizer) == "sgd");
    CHECK(std::string(card_of("Fish").learning_rate) == "meta_lr");
    CHECK(objective->weight_decay(0.1, 3) == 0);
    with.set_weights(with.json["weights"]);
    DomainGradients engine = with.engine();
    for (const Json& wanted : expected["steps"]) {
      const GradientTable& table = engine(with.batch, *objective);
      // A row is a difference of weights, so its error is relative to the weights.
      const std::vector<double> direction = wanted["direction"], found = mean_row(table);
      for (std::size_t j = 0; j < found.size(); ++j)
        CHECK(std::fabs(found[j] - direction[j]) < (kDouble ? 1e-12 : 1e-6));
      for (std::size_t e = 0; e < 3; ++e)
        CHECK(table.losses()[e] == doctest::Approx(wanted["losses"][e].get<double>()).epsilon(kRounding));
      with.set_weights(wanted["after"]);
    }
    const std::vector<double> carried = engine.carried();
    CHECK(carried.size() == 2 + 2 * static_cast<std::size_t>(with.parameters.size()));
    DomainGradients other = with.engine();
    other.resume(carried);
    const std::vector<Scalar> next = rows_and_losses(engine(with.batch, *objective));
    CHECK(rows_and_losses(other(with.batch, *objective)) == next);
    other.resume({1, 2, 3});
    CHECK_THROWS_WITH_AS(other(with.batch, *objective),
                         "Fish: the carried moments do not fit the network\n    weights 34\n    numbers 3",
                         Error);
  }
}

TEST_CASE(
    "Objectives with several passes have the same bits for any number of threads, and leave the weights") {
  SmallMlp model(0.3);
  const Batch batch = random_batch({33, 17, 40}, 5);
  const std::vector<Scalar> weights(model.parameters.numbers().begin(), model.parameters.numbers().end());
  for (const char* name : {"IGA", "MLDG", "Fish"}) {
    CAPTURE(name);
    const auto objective = make(name);
    std::vector<Scalar> alone;
    for (const int threads : {1, 2, 3, 7}) {
      DomainGradients engine(model.net, model.parameters,
                             {.tile_rows = 4, .seed = 9, .threads = Threads(threads)});
      const std::vector<Scalar> found = rows_and_losses(engine(batch, *objective));
      if (threads == 1) alone = found;
      CHECK(found == alone);
    }
    CHECK(std::equal(weights.begin(), weights.end(), model.parameters.numbers().begin()));
  }
}

TEST_CASE("Gradients elsewhere are those of a network that has these weights, of the first rows alone") {
  SmallMlp model(0.3), other(0.3);
  const Batch batch = random_batch({9, 6}, 5);
  const nn::CrossEntropy loss;
  const DomainGradientsOptions options{.tile_rows = 4, .seed = 9};
  GradientsElsewhere elsewhere(Network(model.net), model.parameters, options);
  elsewhere.start(batch, loss);
  for (Scalar& weight : other.parameters.numbers()) weight += Scalar{0.125};
  std::vector<Scalar> gradient(static_cast<std::size_t>(model.parameters.size()));
  for (const Index rows : {9, 5}) {
    Batch alone;
    alone.domains.push_back({Tensor(Shape{rows, 5}), {}, {}});
    alone.domains[0].inputs.array() = batch.domains[0].inputs.view().rows(0, rows).array();
    alone.domains[0].labels.assign(batch.domains[0].labels.begin(), batch.domains[0].labels.begin() + rows);
    alone.domains[0].examples.assign(batch.domains[0].examples.begin(),
                                     batch.domains[0].examples.begin() + rows);
    DomainGradients engine(other.net, other.parameters, options);
    const GradientTable& table = engine(alone, loss);
    CHECK(elsewhere(0, rows, std::as_const(other.parameters).numbers(), gradient) == table.losses()[0]);
    CHECK(std::equal(gradient.begin(), gradient.end(), table.row(0).begin()));
  }
}

TEST_CASE("A loss that is not finite elsewhere ends the step and names the domain") {
  SmallMlp model;
  Batch batch = random_batch({3, 3}, 5);
  for (Scalar& weight : model.parameters.numbers()) weight = 1;
  DomainGradients engine(model.net, model.parameters);
  const auto objective = make("Fish", {{"lr", 1e308}});
  CHECK_THROWS_WITH_AS(
      engine(batch, *objective),
      doctest::Contains("a pass at weights that the objective tried; the network's are finite"), Error);
}
