#include "experiments/training/recorder.h"

#include <algorithm>
#include <utility>

#include "experiments/machine/sha256.h"
#include "experiments/training/parts.h"
#include "tensor/error.h"

namespace sand::experiments {

Recorder::Recorder(const UpdateLoop& loop, const Threads& threads, const Ranks& ranks)
    : loop_(loop), evaluation_(loop.model(), threads, loop.data().task, ranks) {
  if (loop.settings().recipe.early_stop == 0) return;
  for (const int domain : loop.training_domains())
    check(!loop.splits()[static_cast<std::size_t>(domain)].out.examples.empty(), [&] {
      return Error(Fault::usage, "--early-stop: a training domain has no held-out examples to score")
          .fact("domain", loop.data().domains[static_cast<std::size_t>(domain)].name)
          .hint("a larger --holdout-fraction holds out more");
    });
}

bool Recorder::wanted(int step) const {
  return step % loop_.settings().record_every == 0 || step + 1 == loop_.settings().steps;
}

void Recorder::before_update() {
  const auto weights = std::as_const(loop_.model().parameters).numbers();
  start_ = Clock::now();
  if (wanted(loop_.step())) before_.assign(weights.begin(), weights.end());
}

void Recorder::after_update() {
  time_ += Clock::now() - start_;
  ++timed_;
  state_.loss_sum += loop_.loss();
  ++state_.losses;
}

bool Recorder::due() const { return state_.losses > 0 && wanted(loop_.step() - 1); }

Record Recorder::record() {
  const EvaluationPlan& plan = loop_.settings().evaluation;
  const std::vector<int>& training = loop_.training_domains();
  const auto weights = std::as_const(loop_.model().parameters).numbers();
  Record record;
  record.step = loop_.step() - 1;
  record.epoch = static_cast<double>(record.step) / loop_.steps_per_epoch();
  record.step_seconds = std::chrono::duration<double>(time_).count() / timed_;
  record.loss = state_.loss_sum / state_.losses;
  const bool evaluated = loop_.finished() || record.step % plan.every == 0;
  for (std::size_t domain = 0; domain < loop_.splits().size(); ++domain) {
    const domains::Split& split = loop_.splits()[domain];
    const bool trained =
        std::find(training.begin(), training.end(), static_cast<int>(domain)) != training.end();
    const bool scored = evaluated && (trained || loop_.finished() || !plan.test_at_end);
    for (const auto& [part, scores] : {std::pair{&split.in, &record.in}, {&split.out, &record.out}})
      scores->push_back(scored ? evaluation_(first_of(*part, plan.examples), loop_.objective()) : Score{});
  }
  const optim::Direction& direction = loop_.direction();
  record.masks.emplace(loop_.gradients(), direction, before_, weights);
  record.weights.assign(direction.weights.begin(), direction.weights.end());
  record.gram.assign(direction.gram.data(), direction.gram.data() + direction.gram.size());

  measure_recipe(record, evaluated);

  const std::int64_t number = record.step;
  Sha256 hash;
  hash.add(bytes_of_hex(state_.chain)).add(std::span(&number, 1)).add(weights);
  for (const optim::StateBlock& block : loop_.optimizer().state()) hash.add(block.numbers.view().numbers());
  state_.chain = hash.hex();
  record.chain = state_.chain;
  state_.loss_sum = 0;
  state_.losses = timed_ = 0;
  time_ = {};
  return record;
}

/// What a recipe other than the default adds to a record.
void Recorder::measure_recipe(Record& record, bool evaluated) {
  const Recipe& recipe = loop_.settings().recipe;
  if (recipe == Recipe{}) return;
  record.learning_rate = loop_.optimizer().learning_rate();
  record.clip = loop_.clip();
  if (recipe.early_stop == 0) return;
  if (evaluated) state_.early_stop.see(mean_accuracy(record.out, loop_.training_domains()), record.step);
  record.early_stop = state_.early_stop;
}

void Recorder::restore(const RecorderState& state) {
  state_ = state;
  time_ = {};
  timed_ = 0;
}

}  // namespace sand::experiments
