#include "experiments/playground/playground.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "experiments/explain/explanation.h"
#include "experiments/playground/engine.h"
#include "experiments/playground/flags.h"
#include "experiments/training/training.h"
#include "tensor/error.h"
#include "tests/text.h"

using namespace sand::experiments;
using sand::Error;
using sand::Index;

namespace {

std::vector<std::string> flags(const std::string& method, const std::string& hparams) {
  return {"--dataset",   "Spirals",   "--signature", "3",    "--turns", "1",
          "--protocol",  "domainbed", "--test-envs", "0",    "5",       "6",
          "7",           "8",         "9",           "10",   "11",      "12",
          "13",          "14",        "15",          "16",   "--model", "mlp:6-5,leaky_relu",
          "--algorithm", method,      "--hparams",   hparams};
}

const std::string kMask = R"({"batch_size": 8, "tau": 0.4, "k": 0.01})";

/// `play` after some updates.
struct Moved {
  Playground play;
  Moved(const std::vector<std::string>& arguments, int updates) : play(arguments) {
    while (play.steps() < updates) play.step();
  }
};

/// The fingerprint of the program's run.
std::string fingerprint_of_run(const std::vector<std::string>& arguments, int steps) {
  RunRequest request = request_of_flags(arguments);
  request.steps = steps;
  const Settings settings = resolve(request);
  const sand::Threads threads(2);
  return train(settings, make_data_set(settings.data, threads), threads, {}).fingerprint;
}

}  // namespace

TEST_CASE("Both runs of the playground have the weights of the program's runs") {
  Moved moved(flags("SANDMask", kMask), 5);
  CHECK(moved.play.fingerprint(Side::method) == fingerprint_of_run(flags("SANDMask", kMask), 5));
  CHECK(moved.play.fingerprint(Side::erm) == fingerprint_of_run(flags("ERM", R"({"batch_size": 8})"), 5));
}

TEST_CASE("An explanation is the one of the update that was just made, and changes nothing") {
  Moved moved(flags("SANDMask", kMask), 3);
  const std::string before = moved.play.fingerprint(Side::method);
  const std::string text = moved.play.explanation(7);
  CHECK(moved.play.fingerprint(Side::method) == before);
  CHECK(text == moved.play.explanation(7));
  CHECK(text.rfind("The explanation of " + moved.play.weight_name(7) + " in step 2\n", 0) == 0);

  const Settings settings = resolve(request_of_flags(flags("SANDMask", kMask)));
  const sand::Threads threads(1);
  const sand::domains::DataSet data = make_data_set(settings.data, threads);
  UpdateLoop loop(settings, data, threads);
  for (int step = 0; step < 2; ++step) loop.update();
  std::string expected;
  loop.update([&] {
    const WeightPlace place = weight_named(loop.model().parameters, moved.play.weight_name(7));
    expected = explain(update_of(loop, {"env1", "env2", "env3", "env4"}, threads), {place})[0].text();
  });
  CHECK(text == expected);
}

TEST_CASE("A mask for the tau and k of the run is the run's; a larger tau or a smaller k closes weights") {
  Moved moved(flags("SANDMask", kMask), 2);
  const auto mask = moved.play.direction().mask.view().numbers();
  const std::vector<float> same = moved.play.mask_with(0.4, 0.01);
  REQUIRE(same.size() == mask.size());
  for (std::size_t j = 0; j < same.size(); ++j) CHECK(same[j] == static_cast<float>(mask[j]));
  const auto open = [](const std::vector<float>& m) {
    return std::count_if(m.begin(), m.end(), [](float x) { return x > 0; });
  };
  CHECK(open(moved.play.mask_with(0.9, 0.01)) < open(same));
  const auto sum = [](const std::vector<float>& m) { return std::accumulate(m.begin(), m.end(), 0.0); };
  CHECK(sum(moved.play.mask_with(0.4, 1e-6)) < sum(same));  // a smaller k opens less
  CHECK_THROWS_AS(moved.play.mask_with(1, 0.01), Error);
}

TEST_CASE("A method without a mask has a mask of ones") {
  Moved moved(flags("PCGrad", R"({"batch_size": 8})"), 1);
  for (const float m : moved.play.mask_with(0.5, 1)) CHECK(m == 1);
}

TEST_CASE("Agreement, mean and variance are those of the gradients of the domains") {
  Moved moved(flags("SANDMask", kMask), 1);
  const sand::GradientTable& table = moved.play.gradients();
  const std::vector<float> numbers = moved.play.agreement();
  const std::size_t columns = static_cast<std::size_t>(moved.play.weights());
  REQUIRE(numbers.size() == 3 * columns);
  for (std::size_t j = 0; j < columns; ++j) {
    double mean = 0, signs = 0, squares = 0;
    for (int e = 0; e < 4; ++e) {
      const double g = static_cast<double>(table.row(e)[j]);
      mean += g / 4;
      signs += (g > 0) - (g < 0);
    }
    for (int e = 0; e < 4; ++e) squares += std::pow(static_cast<double>(table.row(e)[j]) - mean, 2) / 3;
    CHECK(static_cast<double>(numbers[j]) == doctest::Approx(std::fabs(signs) / 4));
    CHECK(static_cast<double>(numbers[columns + j]) == doctest::Approx(mean).epsilon(1e-4));
    CHECK(static_cast<double>(numbers[2 * columns + j]) == doctest::Approx(squares).epsilon(1e-3));
  }
}

TEST_CASE("The description names tensors, domains and shapes") {
  const Playground play(flags("SANDMask", kMask));
  const nlohmann::json about = nlohmann::json::parse(play.description());
  CHECK(about["method"] == "SANDMask");
  CHECK(about["has_mask"] == true);
  CHECK(about["has_plane"] == true);
  CHECK(about["weights"] == 5 * 6 + 6 + 6 * 5 + 5 + 5 * 2 + 2);
  CHECK(about["slots"][0]["name"] == "linear0.weight");
  CHECK(about["slots"][0]["shape"] == std::vector<int>{6, 5});
  CHECK(about["domains"].size() == 17);
  CHECK(about["domains"][0]["test"] == true);
  CHECK(about["domains"][4]["training"] == true);
  CHECK(about["domains"][5]["training"] == false);
  CHECK(about["domains"][5]["test"] == false);
}

TEST_CASE("The surface is that of the method's or of ERM's network") {
  Moved moved(flags("SANDMask", kMask), 20);
  const std::vector<float> method = moved.play.surface(Side::method, 6, 2),
                           erm = moved.play.surface(Side::erm, 6, 2);
  REQUIRE(method.size() == 36);
  for (const float p : method) CHECK((p >= 0 && p <= 1));
  CHECK(method != erm);
}

TEST_CASE("Images have no surface; their predictions count as the accuracy does") {
  Moved moved({"--dataset", "ColoredMNIST-14", "--digits", "generated", "--digit-count", "600", "--protocol",
               "domainbed", "--test-envs", "2", "--model", "mlp:8,relu", "--algorithm", "ANDMask",
               "--hparams", R"({"batch_size": 16, "tau": 0})"},
              10);
  CHECK_THROWS_AS(moved.play.surface(Side::method, 6, 1), Error);
  const std::vector<int> labels = moved.play.labels(2, 100),
                         predicted = moved.play.predictions(Side::erm, 2, 100);
  REQUIRE(labels.size() == 100);
  REQUIRE(moved.play.examples(2, 100).size() == 100 * 2 * 14 * 14);
  int right = 0;
  for (std::size_t i = 0; i < 100; ++i) right += labels[i] == predicted[i];
  CHECK(moved.play.scores(Side::erm, 100)[2] == doctest::Approx(right / 100.0));
}

TEST_CASE("What the playground cannot do is refused in words") {
  const auto text = [](const auto& work) -> std::string {
    try {
      work();
    } catch (const Error& error) {
      return sand::testing::squeezed(error.what());
    }
    return "nothing was thrown";
  };
  Playground play(flags("SANDMask", kMask));
  CHECK(text([&] { play.gradients(); }) == "playground: there was no update yet");
  CHECK(text([&] { play.explanation(0); }) == "playground: there was no update yet");
  CHECK(text([&] { play.weight_name(-1); }) ==
        "playground: no such weight\n found -1\n known 0 .. " + std::to_string(play.weights() - 1));
  CHECK(text([&] { play.labels(17, 1); }).find("playground: no such examples\n domain 17") == 0);
  CHECK(text([] {
          Playground regress({"--dataset", "LinearExample1"});
        }) == "playground: the data must have classes\n data set LinearExample1");
  CHECK(text([] {
          Playground large({"--protocol", "domainbed", "--model", "mlp:2000-2000,relu"});
        }).find("playground: the network is too large for a page") == 0);
}

TEST_CASE("The functions for callers without C++ give the numbers of the playground") {
  std::string lines;
  for (const std::string& word : flags("SANDMask", kMask)) lines += word + "\n";
  sandgrad_playground* const engine = sandgrad_new(lines.c_str());
  sandgrad_step(engine, 4);
  Moved moved(flags("SANDMask", kMask), 4);
  CHECK(sandgrad_steps(engine) == 4);
  CHECK(sandgrad_hash(engine, 0) == moved.play.fingerprint(Side::method));
  CHECK(sandgrad_hash(engine, 1) == moved.play.fingerprint(Side::erm));
  CHECK(sandgrad_description(engine) == moved.play.description());
  CHECK(sandgrad_weight_name(engine, 3) == moved.play.weight_name(3));
  CHECK(sandgrad_explanation(engine, 3) == moved.play.explanation(3));
  const Index columns = moved.play.weights();
  const float *const gradients = sandgrad_gradients(engine), *const direction = sandgrad_direction(engine);
  for (Index j = 0; j < columns; ++j) {
    CHECK(gradients[2 * columns + j] == static_cast<float>(moved.play.gradients().row(2)[j]));
    CHECK(direction[j] == static_cast<float>(moved.play.direction().values[j]));
  }
  const auto same = [](const auto* found, const auto& expected) {
    return std::equal(expected.begin(), expected.end(), found);
  };
  CHECK(same(sandgrad_agreement(engine), moved.play.agreement()));
  CHECK(same(sandgrad_mask(engine, 0.6, 2), moved.play.mask_with(0.6, 2)));
  CHECK(same(sandgrad_scores(engine, 1, 50), moved.play.scores(Side::erm, 50)));
  CHECK(same(sandgrad_surface(engine, 1, 5, 1), moved.play.surface(Side::erm, 5, 1)));
  CHECK(same(sandgrad_examples(engine, 1, 9), moved.play.examples(1, 9)));
  CHECK(same(sandgrad_labels(engine, 1, 9), moved.play.labels(1, 9)));
  CHECK(same(sandgrad_predictions(engine, 0, 1, 9), moved.play.predictions(Side::method, 1, 9)));
  sandgrad_delete(engine);
}
