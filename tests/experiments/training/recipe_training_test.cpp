// Runs with a recipe other than the default.
#include <doctest/doctest.h>

#include <cmath>

#include "experiments/training/class_weights.h"
#include "experiments/training/early_stop.h"
#include "optim/optimizers/optimizer_card.h"
#include "tests/experiments/small_run.h"

using sand::Threads;
using namespace sand::experiments;

TEST_CASE("A run of every optimizer goes on from every saved state with the bits of a run without a stop") {
  for (const sand::optim::OptimizerCard& card : sand::optim::optimizers()) {
    CAPTURE(card.name);
    Settings settings = small_run("ERM");
    settings.recipe.optimizer = card.name;
    settings.recipe.clip_norm = 0.05;
    settings.recipe.schedule = "cosine";
    Training whole(settings, small_spirals(), Threads(2));
    std::vector<TrainingState> states = {whole.save()};
    while (!whole.finished()) {
      whole.update();
      if (whole.record_due()) whole.record();
      states.push_back(whole.save());
    }
    for (std::size_t from = 0; from < states.size(); ++from) {
      Training again(settings, small_spirals(), Threads(1));
      again.restore(states[from]);
      while (!again.finished()) {
        again.update();
        if (again.record_due()) again.record();
      }
      CHECK(again.save() == states.back());
    }
  }
}

TEST_CASE("A record tells the learning rate and the clip of its step only if the recipe is not the default") {
  Settings settings = small_run("ERM");
  const auto first = [&] {
    Training run(settings, small_spirals(), Threads(1));
    run.update();
    return run.record();
  };
  CHECK_FALSE(first().learning_rate.has_value());
  settings.recipe.clip_norm = 1e-3;
  const Record record = first();
  CHECK(record.learning_rate == settings.hparams.at("lr"));
  REQUIRE(record.clip.has_value());
  CHECK(record.clip->factor * record.clip->norm == doctest::Approx(1e-3));
  CHECK_FALSE(record.early_stop.has_value());
}

TEST_CASE(
    "Early stopping counts evaluations since the best score, and the first of equal scores is the best") {
  EarlyStop stop;
  CHECK_FALSE(stop.ends(1));
  stop.see(0.5, 0);
  stop.see(0.7, 10);
  stop.see(0.7, 20);
  CHECK(stop.best_step == 10);
  CHECK(stop.waited == 1);
  CHECK(stop.ends(1));
  CHECK_FALSE(stop.ends(2));
  CHECK_FALSE(stop.ends(0));
  stop.see(0.71, 30);
  CHECK(stop.waited == 0);
  CHECK(stop.best_score == 0.71);
}

TEST_CASE("A state that early stopping cannot reach is refused") {
  Settings settings = small_run("ERM");
  settings.holdout_fraction = 0.2;
  settings.recipe.early_stop = 2;
  Training run(settings, small_spirals(), Threads(1));
  run.update();
  run.record();
  const TrainingState good = run.save();
  CHECK(good.early_stop.best_step == 0);
  CHECK_NOTHROW(run.restore(good));
  const auto refused = [&](auto spoil) {
    TrainingState state = good;
    spoil(state.early_stop);
    CHECK_THROWS_AS(run.restore(state), sand::Error);
  };
  refused([](EarlyStop& stop) { stop.best_step = 1; });
  refused([](EarlyStop& stop) { stop.waited = 3; });
  refused([](EarlyStop& stop) { stop.waited = -1; });
  refused([](EarlyStop& stop) { stop.best_score = std::nan(""); });
  settings.recipe.early_stop = 0;
  Training other(settings, small_spirals(), Threads(1));
  CHECK_THROWS_AS(other.restore(good), sand::Error);
}

TEST_CASE("Balanced weights give every class the same sum, and a mean of 1 over the examples") {
  Settings settings = small_run("ERM");
  settings.recipe.class_weights = "balanced";
  sand::domains::DataSet data = small_spirals();
  data.classes = 3;
  auto& labels = data.domains[1].labels;
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i % 10 == 0 ? 1 : 0;  // class 2 has none
  const std::vector<double> weights = class_weights(settings, data, {whole(data.domains[1])});
  REQUIRE(weights.size() == 3);
  CHECK(weights[0] == doctest::Approx(200.0 / (3 * 180)));
  CHECK(weights[1] == doctest::Approx(200.0 / (3 * 20)));
  CHECK(weights[2] == 1);
}
