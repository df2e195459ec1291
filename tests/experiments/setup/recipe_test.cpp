#include "experiments/setup/recipe.h"

#include <doctest/doctest.h>

#include "experiments/setup/optimization.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"

using sand::Error;
using namespace sand::experiments;

namespace {

RunRequest spirals_request() {
  RunRequest request;
  request.steps = 100;
  return request;
}

}  // namespace

TEST_CASE("The default recipe leaves no trace in the settings of a record") {
  const std::string json = settings_json(resolve(spirals_request()));
  for (const char* key :
       {"optimizer", "schedule", "clip", "early_stop", "balanced", "class_weights", "adam_"})
    CHECK_MESSAGE(json.find(key) == std::string::npos, key);
}

TEST_CASE("Every setting of a recipe passes through the JSON of a record") {
  RunRequest request = spirals_request();
  request.protocol_name = "domainbed";
  request.recipe = {.optimizer = "NESTEROV",
                    .schedule = "Step",
                    .warmup_steps = 5,
                    .decay_at = {30, 60},
                    .decay_factor = 0.25,
                    .clip_norm = 2,
                    .clip_value = 0.5,
                    .early_stop = 4,
                    .class_weights = "1,0.50",
                    .balanced = true};
  const Settings settings = resolve(request);
  CHECK(settings.recipe.optimizer == "nesterov");
  CHECK(settings.recipe.schedule == "step");
  CHECK(settings.recipe.class_weights == "1,0.5");
  const Settings read = settings_from_json(settings_json(settings), "here");
  CHECK(read.recipe == settings.recipe);
  CHECK(settings_json(read) == settings_json(settings));
  CHECK(settings_hash(read) != settings_hash(resolve(spirals_request())));
}

TEST_CASE("A recipe's learning rates: the protocol's by default, the schedule's if one is chosen") {
  RunRequest request = spirals_request();
  request.hparams_json = R"({"lr": 0.5})";
  const auto rates = [&] { return learning_rates(resolve(request)); };
  CHECK(rates()(74) == 0.5);
  CHECK(rates()(75) == 0.05);
  request.recipe.schedule = "constant";
  CHECK(rates()(99) == 0.5);
  request.recipe.warmup_steps = 10;
  CHECK(rates()(0) == 0.05);
  CHECK(rates()(10) == 0.5);
  request.recipe.schedule = "cosine";
  request.recipe.final_lr = 0.25;
  CHECK(rates()(10) == 0.5);
  CHECK(rates()(55) == doctest::Approx(0.375).epsilon(1e-14));
  CHECK(rates()(99) > 0.25);
  request.recipe.schedule = "protocol";
  request.recipe.final_lr = 0;
  CHECK(rates()(4) == 0.25);
  CHECK(rates()(75) == 0.05);
}

TEST_CASE("A learning rate of its own belongs to SGD, unless the user or a random draw gives one") {
  RunRequest request = spirals_request();
  request.protocol_name = "irm";
  request.data.name = "ColoredMNIST-IRM";
  request.algorithm = "IRM";
  CHECK(resolve(request).hparams.at("lr") == 0.0004898536566546834);
  request.recipe.optimizer = "sgd";
  CHECK(resolve(request).hparams.at("lr") == 0.01);
  request.hparams_json = R"({"lr": 0.25})";
  CHECK(resolve(request).hparams.at("lr") == 0.25);
  request = spirals_request();
  request.hparams_seed = 3;
  const double drawn = resolve(request).hparams.at("lr");
  request.recipe.optimizer = "sgd";
  CHECK(resolve(request).hparams.at("lr") == drawn);
}

TEST_CASE("Numbers of classes are read between commas, and nothing else is") {
  CHECK(class_weight_numbers("1,2.5,0") == std::vector<double>{1, 2.5, 0});
  CHECK(class_weight_numbers("balanced").empty());
  for (const char* text : {"1,", ",1", "1;2", "one", "1,nan", "inf,1", "-1,1", "1, 2", "0,0"})
    CHECK_THROWS_AS(class_weight_numbers(text), Error);
}
