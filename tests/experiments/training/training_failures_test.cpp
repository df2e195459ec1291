// Runs that end because numbers overflow, or that never learn.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "domains/spirals.h"
#include "experiments/runs/records.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/training.h"
#include "tensor/error.h"
#include "tests/experiments/small_run.h"

using sand::Threads;
using namespace sand::experiments;

namespace {

/// The error with which non-finite numbers end `work`.
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::non_finite);
    return error.what();
  }
  return "no error";
}

std::string refusal(const Settings& settings, const sand::domains::DataSet& data) {
  return refusal([&] { train(settings, data, Threads(2), {}); });
}

/// Training domains whose inputs are `first`, and `rest` for all numbers after it.
sand::domains::DataSet equal_inputs(sand::Scalar first, sand::Scalar rest, int domains = 2) {
  sand::domains::DataSet data =
      sand::domains::Spirals({.domains = domains, .examples = 50, .test_examples = 10});
  for (sand::domains::Domain& domain : data.domains)
    domain.read = [=](std::uint32_t, std::span<sand::Scalar> input) {
      std::fill(input.begin(), input.end(), rest);
      input[0] = first;
    };
  return data;
}

}  // namespace

TEST_CASE("A mask that never opens is distinguished from one that learns badly") {
  Settings settings = small_run("SANDMask", R"({"tau": 1, "weight_decay": 0})");
  settings.allow_closed = true;
  const Outcome outcome = train(settings, small_spirals(), Threads(2), {});
  REQUIRE(outcome.never_learned.has_value());
  CHECK(outcome.never_learned->find("the mask never opened") != std::string::npos);
  const nlohmann::json told =
      nlohmann::json::parse(outcome_json(outcome.steps, outcome.fingerprint, outcome.never_learned));
  CHECK(told["never_learned"] == true);
  CHECK(told["reason"] == *outcome.never_learned);
  settings.hparams["weight_decay"] = 0.01;  // moves weights, but nothing is learned
  CHECK(train(settings, small_spirals(), Threads(2), {}).never_learned.has_value());
}

TEST_CASE("A learning rate at which values overflow ends the run with step, domain, op and ranges") {
  Settings settings = small_run("ERM");
  settings.hparams["lr"] = std::sqrt(std::numeric_limits<sand::Scalar>::max()) * sand::Scalar{1e11};
  const std::string text = refusal(settings, small_spirals());
  CHECK_MESSAGE(text.find("step 1: the loss of domain 0 is not finite\n    first at linear [") == 0, text);
  CHECK_MESSAGE(text.find("], forward\n    formula  y = x w^T + b\n    input    ") != std::string::npos,
                text);
  CHECK_MESSAGE(
      text.find("    input    parameter linear1.weight [33, 33]: 1089 numbers from -") != std::string::npos,
      text);
  CHECK_MESSAGE(text.find("nn/mlp.cpp:") != std::string::npos, text);
}

TEST_CASE("A learning rate at which a weight overflows ends the run in the step that made the weight") {
  Settings settings = small_run("ERM");
  settings.hparams["lr"] = std::numeric_limits<double>::max();
  const std::string text = refusal(settings, small_spirals());
  CHECK_MESSAGE(text.find("step 0: Adam made a weight that is not finite\n    first at  Adam, "
                          "linear0.weight[0,0]\n    gradients by domain "
                          "5 numbers from ") == 0,
                text);
  CHECK_MESSAGE(text.find("    lr        1.7976931348623157e+308\n") != std::string::npos, text);
}

TEST_CASE(
    "A second moment that overflows ends the run, though no weight moves and every loss and gradient is "
    "finite") {
  const sand::Scalar large = std::sqrt(std::numeric_limits<sand::Scalar>::max()) * 1000;
  const sand::domains::DataSet data = equal_inputs(large, large);
  Settings settings = small_run("ERM");
  settings.hparams["mlp_depth"] = 0;
  settings.hparams["mlp_dropout"] = 0;
  settings.hparams["batch_size"] = 4;
  const std::string text = refusal(settings, data);
  CHECK_MESSAGE(
      text.find("step 0: Adam's second moment is not finite\n    first at  Adam, linear0.weight[0,") == 0,
      text);
  CHECK_MESSAGE(text.find("    gradients by domain 2 numbers from ") != std::string::npos, text);
  CHECK_MESSAGE(text.find("    v         inf, of all weights ") != std::string::npos, text);
}

TEST_CASE(
    "A gradient that overflows while every loss is finite ends the run with domain and op, for every "
    "algorithm") {
  // All inputs and biases are 0, so every value is 0: only backward uses the large weights, twice.
  const sand::domains::DataSet data = equal_inputs(0, 0, 4);
  for (const Algorithm& method : algorithms()) {
    Settings settings = small_run(method.name);
    settings.hparams["batch_size"] = 4;
    settings.hparams["mlp_dropout"] = 0;
    settings.protocol.activation = sand::nn::Activation::tanh;
    Training run(settings, data, Threads(1));
    TrainingState state = run.save();
    for (const sand::Slot& slot : run.loop().model().parameters.slots())
      for (sand::Index i = 0; i < slot.shape.size(); ++i)
        state.weights[static_cast<std::size_t>(slot.offset + i)] =
            slot.name.find("bias") != std::string::npos
                ? 0
                : (i < slot.shape[1] ? 1 : -1) * (std::numeric_limits<sand::Scalar>::max() / 100);
    run.restore(state);
    const std::string text = refusal([&] { run.update(); });
    CHECK_MESSAGE(text.find("step 0: the gradient of domain 0 is not finite\n    first at linear [4, 33], "
                            "backward\n    formula  dx += dy w, ") == 0,
                  text);
    CHECK_MESSAGE(text.find("    input    tanh [4, 33]: 132 numbers from 0 to 0\n    dx       132 numbers") !=
                      std::string::npos,
                  text);
  }
}

TEST_CASE("A direction that overflows while every loss is finite stops the run") {
  // One open weight among 18 is scaled up by 18.
  const sand::domains::DataSet data = equal_inputs(std::numeric_limits<sand::Scalar>::max() / 4, 0);
  Settings settings = small_run("ANDMask", R"({"tau": 1})");
  settings.hparams["mlp_depth"] = 0;
  settings.hparams["batch_size"] = 4;
  settings.hparams["mlp_dropout"] = 0;
  const std::string text = refusal(settings, data);
  CHECK_MESSAGE(text.find("step 0: the direction is not finite, while all gradients are\n    first at  "
                          "ANDMask, linear0.weight[0,0]\n    "
                          "gradients by domain 2 numbers from ") == 0,
                text);
}
