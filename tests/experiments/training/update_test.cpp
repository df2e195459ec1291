// One update of a run and its record.
#include <doctest/doctest.h>

#include <algorithm>

#include "experiments/setup/seed_hash.h"
#include "optim/optimizers/adam.h"
#include "tests/experiments/small_run.h"

using sand::Threads;
using namespace sand::experiments;

TEST_CASE(
    "The learning rate is constant up to step round(decay_at * steps) and multiplied by the factor after "
    "it") {
  Settings settings = small_run("ERM");
  settings.steps = 10;
  settings.protocol.decay_at = 0.75;  // 7.5 is rounded to 8
  settings.protocol.decay_factor = 0.125;
  settings.hparams["lr"] = 0.5;
  Training run(settings, small_spirals(), Threads(1));
  for (int step = 0; step < 10; ++step) {
    const double rate = step < 8 ? 0.5 : 0.0625;
    CHECK(run.loop().learning_rate(step) == rate);
    run.update();
    CHECK(run.loop().optimizer().learning_rate() == rate);  // with which this step was made
  }
}

TEST_CASE(
    "An update follows its settings: training rows of its step, dropout under its seed, Adam's options") {
  Settings settings = small_run("ERM", R"({"lr": 0.02, "weight_decay": 0.03, "mlp_dropout": 0.5})");
  settings.holdout_fraction = 0.2;
  settings.seed = 5;
  settings.trial_seed = 4;
  for (const bool other : {false, true}) {
    settings.mask_update = other;
    settings.decoupled_decay = !other;
    Training run(settings, small_spirals(), Threads(1));
    CHECK(run.loop().model().description == "mlp:18-33-33-33-1");
    sand::DomainGradients engine(run.loop().model().network, run.loop().model().parameters,
                                 {.tile_rows = run.loop().model().tile_rows, .seed = 5});
    for (const std::uint32_t step : {0u, 1u}) {
      run.update([&] {  // before the weights move
        CHECK(run.loop().batch().step == step);
        const sand::GradientTable& g = engine(run.loop().batch(), run.loop().objective());
        for (int domain = 0; domain < 5; ++domain) {
          CHECK(std::equal(g.row(domain).begin(), g.row(domain).end(),
                           run.loop().gradients().row(domain).begin()));
          const sand::domains::Split split =
              sand::domains::split(small_spirals().domains[static_cast<std::size_t>(domain + 1)], 0.2,
                                   seed_hash(4, static_cast<std::int64_t>(domain + 1)));
          for (const std::uint32_t example :
               run.loop().batch().domains[static_cast<std::size_t>(domain)].examples)
            CHECK(std::find(split.in.examples.begin(), split.in.examples.end(), example) !=
                  split.in.examples.end());
        }
      });
      double sum = 0;
      for (const double loss : run.loop().gradients().losses()) sum += loss;
      CHECK(run.loop().loss() == doctest::Approx(sum / 5));
    }
    const sand::optim::AdamOptions& options =
        dynamic_cast<const sand::optim::Adam&>(run.loop().optimizer()).options;
    CHECK(options.learning_rate == 0.02);
    CHECK(options.weight_decay == 0.03);
    CHECK((options.decay == sand::optim::WeightDecay::decoupled) == !other);
    CHECK(options.mask_update == other);
  }
}

TEST_CASE("Dropout is a hyper-parameter that changes the weights") {
  CHECK(train(small_run("ERM", R"({"mlp_dropout": 0.5})"), small_spirals(), Threads(1), {}).fingerprint !=
        train(small_run("ERM", R"({"mlp_dropout": 0})"), small_spirals(), Threads(1), {}).fingerprint);
}

TEST_CASE(
    "A record's loss is the mean of the updates since the one before, its epoch the step over the steps of "
    "an epoch") {
  Training run(small_run("ERM"), small_spirals(), Threads(1));
  double sum = 0;
  for (int step = 0, since = 0; step < 6; ++step) {
    run.update();
    sum += run.loop().loss();
    ++since;
    if (!run.record_due()) continue;
    const Record record = run.record();
    CHECK(record.loss == doctest::Approx(sum / since));
    CHECK(record.epoch == step / 2.0);  // 200 examples in batches of 100
    sum = since = 0;
  }
}

TEST_CASE("A run whose weights moved once has moved, also after a step with a closed mask") {
  Settings settings = small_run("SANDMask", R"({"tau": 1})");
  settings.allow_closed = true;
  Training run(settings, small_spirals(), Threads(1));
  TrainingState state = run.save();
  state.moved = true;
  run.restore(state);
  run.update();
  CHECK(run.save().moved);
}
