// Whole runs, a few steps long.
#include "experiments/training/training.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "domains/colored_mnist.h"
#include "domains/generated_digits.h"
#include "experiments/machine/sha256.h"
#include "experiments/runs/records.h"
#include "experiments/setup/algorithms.h"
#include "tensor/error.h"
#include "tests/experiments/small_run.h"

using sand::Threads;
using namespace sand::experiments;

TEST_CASE("Weights do not depend on the number of threads, for every algorithm") {
  for (const Algorithm& method : algorithms()) {
    CAPTURE(method.name);
    const Settings settings = small_run(method.name);
    const std::string alone = train(settings, small_spirals(), Threads(1), {}).fingerprint;
    for (const int threads : {2, 3, 4, 7})
      CHECK(train(settings, small_spirals(), Threads(threads), {}).fingerprint == alone);
  }
}

TEST_CASE("Weights do not depend on the number of threads for full batches of images either") {
  RunRequest request;
  request.data.name = "ColoredMNIST-IRM";
  request.hparams_json = R"({"tau": 0.6})";
  request.steps = 3;
  const Settings settings = resolve(request);
  const auto digits = std::make_shared<sand::domains::Digits>(sand::domains::generated_digits(600, 1));
  const sand::domains::DataSet data = sand::domains::colored_mnist_irm(digits, 1);
  const std::string alone = train(settings, data, Threads(1), {}).fingerprint;
  for (const int threads : {2, 3, 4, 7})
    CHECK(train(settings, data, Threads(threads), {}).fingerprint == alone);
}

TEST_CASE("Another seed, algorithm or hyper-parameter gives other weights") {
  const std::string first = train(small_run("SANDMask"), small_spirals(), Threads(1), {}).fingerprint;
  Settings other = small_run("SANDMask");
  other.seed = 1;
  CHECK(train(other, small_spirals(), Threads(1), {}).fingerprint != first);
  CHECK(train(small_run("ERM"), small_spirals(), Threads(1), {}).fingerprint != first);
  CHECK(train(small_run("SANDMask", R"({"tau": 0.7})"), small_spirals(), Threads(1), {}).fingerprint !=
        first);
}

TEST_CASE("A record comes at each record interval and after the last step, with scores of every domain") {
  std::vector<int> recorded;
  TrainingEvents events;
  events.record = [&](const Record& record) {
    recorded.push_back(record.step);
    CHECK(record.in.size() == 6);
    CHECK(record.out.size() == 6);
    CHECK(std::isnan(record.out[0].accuracy));  // nothing is held out
    CHECK(record.masks.has_value());
  };
  const Outcome outcome = train(small_run("ANDMask"), small_spirals(), Threads(2), events);
  CHECK(recorded == std::vector<int>{0, 3, 5});
  CHECK(outcome.steps == 6);
  CHECK(outcome.training == std::vector<int>{1, 2, 3, 4, 5});
  CHECK_FALSE(outcome.interrupted);
  CHECK_FALSE(outcome.never_learned.has_value());
}

TEST_CASE("With test_at_end, test domains have a score only in the last record, and others in every record") {
  Settings settings = small_run("ERM");
  settings.evaluation.test_at_end = true;
  std::vector<bool> tested;
  TrainingEvents events;
  events.record = [&](const Record& record) {
    tested.push_back(!std::isnan(record.in[0].accuracy));
    CHECK_FALSE(std::isnan(record.in[1].accuracy));
  };
  train(settings, small_spirals(), Threads(2), events);
  CHECK(tested == std::vector<bool>{false, false, true});
}

TEST_CASE("A run that gets a stop request ends after the current step") {
  std::vector<int> recorded;
  int asked = 0;
  TrainingEvents events;
  events.record = [&](const Record& record) { recorded.push_back(record.step); };
  events.stop = [&] { return ++asked == 2; };
  const Outcome outcome = train(small_run("ERM"), small_spirals(), Threads(2), events);
  CHECK(outcome.interrupted);
  CHECK(outcome.steps == 2);
  CHECK(recorded == std::vector<int>{0});
}

TEST_CASE("A run restored to any of its states resumes with the same bits and records") {
  for (const Algorithm& method : algorithms()) {
    CAPTURE(method.name);
    const Settings settings = small_run(method.name);
    Training whole(settings, small_spirals(), Threads(2));
    std::vector<TrainingState> states = {whole.save()};
    std::vector<std::string> lines;
    while (!whole.finished()) {
      whole.update();
      if (whole.record_due()) lines.push_back(metrics_line(small_spirals(), whole.record()));
      states.push_back(whole.save());
    }
    for (const TrainingState& state : states) {
      CAPTURE(state.step);
      Training again(settings, small_spirals(), Threads(1));
      again.restore(state);
      CHECK(again.save() == state);
      std::vector<std::string> rest;
      while (!again.finished()) {
        again.update();
        if (again.record_due()) rest.push_back(metrics_line(small_spirals(), again.record()));
      }
      CHECK(std::equal(rest.rbegin(), rest.rend(), lines.rbegin()));
      CHECK(again.save() == states.back());
      CHECK_FALSE(again.loop().never_learned().has_value());
    }
  }
}

TEST_CASE("A state that the run cannot reach is refused") {
  const Settings settings = small_run("ERM");
  Training run(settings, small_spirals(), Threads(1));
  run.update();
  run.record();
  const TrainingState good = run.save();
  const auto refused = [&](auto spoil) {
    TrainingState state = good;
    spoil(state);
    CHECK_THROWS_AS(run.restore(state), sand::Error);
  };
  refused([](TrainingState& state) { state.step = state.optimizer_steps = 7; });
  refused([](TrainingState& state) { state.step = state.optimizer_steps = -1; });
  refused([](TrainingState& state) { state.optimizer_steps = 0; });
  refused([](TrainingState& state) { state.losses = 2; });
  refused([](TrainingState& state) { state.weights.pop_back(); });
  refused([](TrainingState& state) { state.weights[3] = std::numeric_limits<sand::Scalar>::quiet_NaN(); });
  refused([](TrainingState& state) { state.optimizer[1][3] = -1; });
  refused([](TrainingState& state) { state.chain = "abc"; });
  refused([](TrainingState& state) { state.losses = 1; });  // the record of its step was made
  CHECK(run.save() == good);
}

TEST_CASE(
    "The chain of records differs after one changed bit of one weight, and between earlier and later "
    "records") {
  const auto chain = [](int bits) {
    Training run(small_run("ERM"), small_spirals(), Threads(1));
    TrainingState state = run.save();
    for (int bit = 0; bit < bits; ++bit)
      state.weights.back() = std::nextafter(state.weights.back(), sand::Scalar{1});
    run.restore(state);
    run.update();
    return run.record().chain;
  };
  CHECK(chain(0) == chain(0));
  CHECK(chain(0) != chain(1));
  CHECK(chain(0) != TrainingState{}.chain);
}

TEST_CASE("A chain can be recomputed from the numbers of a record") {
  Training run(small_run("ERM"), small_spirals(), Threads(1));
  run.update();
  const std::string chain = run.record().chain;
  const TrainingState state = run.save();
  std::string bytes(32, '\0');    // the chain before the first record
  bytes += std::string(8, '\0');  // step 0
  for (const auto* block : {&state.weights, &state.optimizer[0], &state.optimizer[1]})
    bytes.append(reinterpret_cast<const char*>(block->data()), block->size() * sizeof(sand::Scalar));
  CHECK(Sha256().add(bytes).hex() == chain);
  CHECK(state.chain == chain);
}

TEST_CASE("A line of results has DomainBed's keys in order, and no key without a score") {
  Settings settings = small_run("ERM");
  settings.holdout_fraction = 0.2;
  std::string line;
  TrainingEvents events;
  events.record = [&](const Record& record) { line = result_line(settings, record, "somewhere"); };
  train(settings, small_spirals(), Threads(2), events);
  const auto json = nlohmann::ordered_json::parse(line);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"args", "env0_in_acc", "env0_out_acc", "env1_in_acc", "env1_out_acc",
                                         "env2_in_acc", "env2_out_acc", "env3_in_acc", "env3_out_acc",
                                         "env4_in_acc", "env4_out_acc", "env5_in_acc", "env5_out_acc",
                                         "epoch", "hparams", "loss", "mem_gb", "step", "step_time"});
  CHECK(json["args"]["output_dir"] == "somewhere");
  CHECK(json["args"]["algorithm"] == "ERM");
  CHECK(json["args"]["test_envs"] == std::vector<int>{0});

  settings.holdout_fraction = 0;
  train(settings, small_spirals(), Threads(2), events);
  CHECK(line.find("env0_in_acc") != std::string::npos);
  CHECK(line.find("_out_acc") == std::string::npos);
}

TEST_CASE("Records stay JSON for domain names of any bytes") {
  sand::domains::DataSet data = small_spirals();
  data.domains[1].name = "\xff\"\n";
  Record record;
  record.in.resize(6);
  record.out.resize(6);
  CHECK(nlohmann::json::accept(metrics_line(data, record)));
  CHECK(metrics_line(data, record).find('\n') == std::string::npos);
}
