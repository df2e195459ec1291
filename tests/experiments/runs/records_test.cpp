// Published records have every number under the right key.
#include "experiments/runs/records.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "domains/spirals.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/seed_hash.h"
#include "experiments/training/training.h"

using namespace sand::experiments;
using Json = nlohmann::json;

namespace {

const sand::domains::DataSet& spirals() {
  static const sand::domains::Spirals data({.domains = 3, .examples = 60, .test_examples = 50});
  return data;
}

Settings settings_with(int examples) {
  RunRequest request;
  request.hparams_json = R"({"batch_size": 20, "mlp_width": 9, "tau": 0.2})";
  request.steps = 3;
  request.record_every = 2;
  request.holdout_fraction = 0.2;
  request.trial_seed = 4;
  request.evaluation.examples = examples;
  return resolve(request);
}

std::string key_of(std::size_t env, const char* rest) { return "env" + std::to_string(env) + rest; }

}  // namespace

TEST_CASE("Each line has every number of its record under the key of its own domain and part") {
  Record record;
  record.step = 200;
  record.epoch = 2.5;
  record.loss = 0.75;
  record.step_seconds = 0.125;
  record.chain = std::string(64, 'c');
  for (int env = 0; env < 4; ++env) {
    record.in.push_back({0.1 + env, 0.01 * env});
    record.out.push_back({0.2 + env, 0.5 + 0.01 * env});
  }
  const Json results = Json::parse(result_line(settings_with(0), record, "out")),
             metrics = Json::parse(metrics_line(spirals(), record));
  for (std::size_t env = 0; env < 4; ++env) {
    CHECK(results[key_of(env, "_in_acc")] == record.in[env].accuracy);
    CHECK(results[key_of(env, "_out_acc")] == record.out[env].accuracy);
    const Json& domain = metrics["domains"][env];
    CHECK(domain["name"] == spirals().domains[env].name);
    CHECK(domain["in_accuracy"] == record.in[env].accuracy);
    CHECK(domain["in_loss"] == record.in[env].loss);
    CHECK(domain["out_accuracy"] == record.out[env].accuracy);
    CHECK(domain["out_loss"] == record.out[env].loss);
  }
  for (const Json& line : {results, metrics}) {
    CHECK(line["step"] == 200);
    CHECK(line["loss"] == 0.75);
  }
  CHECK(results["epoch"] == 2.5);
  CHECK(results["step_time"] == 0.125);
  CHECK(metrics["chain"] == record.chain);
}

TEST_CASE("Numbers and labels have keys of their own, and none of DomainBed's") {
  Record record;
  record.in = record.out = {{0.5, 0.25}};
  for (const bool numbers : {true, false}) {
    Settings settings = settings_with(0);
    settings.data.name = "Table";
    settings.data.own.task = numbers ? "regress" : "multilabel";
    sand::domains::DataSet data = spirals();
    data.task = task_of(settings);
    const Json results = Json::parse(result_line(settings, record, "out")),
               domain = Json::parse(metrics_line(data, record))["domains"][0];
    CHECK_FALSE(results.contains("env0_out_acc"));
    CHECK_FALSE(domain.contains("in_accuracy"));
    CHECK(results[numbers ? "env0_out_r2" : "env0_out_label_acc"] == 0.25);
    CHECK(results.value("env0_in_mse", 0.0) == (numbers ? 0.5 : 0));
    CHECK(domain[numbers ? "in_mse" : "in_loss"] == 0.5);
    CHECK(domain[numbers ? "out_r2" : "out_label_accuracy"] == 0.25);
  }
}

TEST_CASE("A record scores the parts of each domain, on the first examples in shuffled order") {
  for (const int examples : {0, 7}) {
    const Settings settings = settings_with(examples);
    Training run(settings, spirals(), sand::Threads(1));
    run.update();
    const Record record = run.record();
    Evaluation evaluate(run.loop().model(), sand::Threads(1));
    for (std::size_t env = 0; env < 4; ++env) {
      sand::domains::Split split =
          sand::domains::split(spirals().domains[env], 0.2, seed_hash(4, static_cast<std::int64_t>(env)));
      if (examples > 0) split.in.examples.resize(7), split.out.examples.resize(7);
      const Score in = evaluate(split.in, run.loop().objective()),
                  out = evaluate(split.out, run.loop().objective());
      CHECK(record.in[env].accuracy == in.accuracy);
      CHECK(record.in[env].loss == in.loss);
      CHECK(record.out[env].accuracy == out.accuracy);
      CHECK(record.out[env].loss == out.loss);
    }
  }
}

TEST_CASE("The mask report counts weights in each state, by slot and in total") {
  Record record;
  sand::Parameters parameters;
  parameters.add("a", {10});
  parameters.add("b", {10});
  sand::GradientTable table(parameters.slots(), 2);
  sand::optim::Direction direction{sand::Tensor({20}), sand::Tensor({20})};
  for (const sand::Index j : {0, 1, 2, 3, 4, 5})
    direction.mask[j] = 1;  // slot a: 6 open, 3 partial, 1 closed; slot b: all closed
  for (const sand::Index j : {6, 7, 8}) direction.mask[j] = sand::Scalar(0.5);
  record.masks.emplace(table, direction);
  const Json mask = Json::parse(metrics_line(spirals(), record))["mask"];
  const Json &a = mask["slots"]["a"], &b = mask["slots"]["b"], &total = mask["total"];
  CHECK(a["weights"] == 10);
  CHECK(a["open"] == 0.6);
  CHECK(a["partial"] == 0.3);
  CHECK(a["closed"] == 0.1);
  CHECK(b["open"] == 0);
  CHECK(b["closed"] == 1);
  CHECK(total["weights"] == 20);
  CHECK(total["open"] == 0.3);
  CHECK(total["partial"] == 0.15);
  CHECK(total["closed"] == 0.55);
  CHECK(total["zero_gradients"] == 40);
  CHECK(total["zero_variance"] == 20);
}
