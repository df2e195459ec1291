#include "experiments/training/training.h"

#include <algorithm>
#include <cmath>

#include "experiments/machine/sha256.h"
#include "tensor/error.h"

namespace sand::experiments {

void Training::update(const std::function<void()>& look) {
  recorder_.before_update();
  loop_.update(look);
  recorder_.after_update();
}

namespace {

/// Whether a run with this patience can have this state after so many updates.
bool reachable_stop(const EarlyStop& stop, int patience, int updates) {
  if (patience == 0 || stop.best_step < 0) return stop == EarlyStop{};
  return std::isfinite(stop.best_score) && stop.best_step < updates && stop.waited >= 0 &&
         stop.waited <= patience;
}

}  // namespace

void Training::restore(const TrainingState& state) {
  const Settings& settings = loop_.settings();
  const std::size_t weights = static_cast<std::size_t>(loop_.model().parameters.size());
  const int since_record = state.step == settings.steps ? 0 : (state.step - 1) % settings.record_every;
  const bool reachable = state.step >= 0 && state.step <= settings.steps &&
                         state.optimizer_steps == loop_.optimizer_steps_after(state.step) &&
                         state.losses == (state.step == 0 ? 0 : since_record) &&
                         std::isfinite(state.loss_sum) &&
                         reachable_stop(state.early_stop, settings.recipe.early_stop, state.step) &&
                         bytes_of_hex(state.chain).size() == 32;
  const bool fits = state.weights.size() == weights &&
                    state.optimizer.size() == loop_.optimizer().state().size() &&
                    std::all_of(state.optimizer.begin(), state.optimizer.end(),
                                [&](const std::vector<Scalar>& block) { return block.size() == weights; });
  check(reachable && fits, [&] {
    return Error(Fault::data, "training: the saved state does not fit the settings")
        .fact("step", std::to_string(state.step) + " of " + std::to_string(settings.steps))
        .fact("weights", std::to_string(state.weights.size()) + ", expected " + std::to_string(weights));
  });
  loop_.restore(state);
  recorder_.restore(state);
}

std::optional<Record> run_to_end(Training& run, const TrainingEvents& events) {
  std::optional<Record> last;
  for (bool stop = false; !run.finished() && !stop;) {
    run.update();
    if (events.step) events.step(run.step() - 1, run.loop().loss());
    const bool recorded = run.record_due();
    if (recorded) last = run.record();
    if (recorded && events.record) events.record(*last);
    stop = events.stop && events.stop();
    if (events.end_of_step) events.end_of_step(recorded ? &*last : nullptr, stop);
  }
  return last;
}

Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads,
              const TrainingEvents& events) {
  Training run(settings, data, threads);
  Outcome outcome;
  outcome.training = run.loop().training_domains();
  if (const std::optional<Record> last = run_to_end(run, events)) outcome.last = *last;
  outcome.interrupted = !run.finished();
  outcome.steps = run.step();
  outcome.never_learned = run.loop().never_learned();
  outcome.fingerprint = run.loop().fingerprint();
  outcome.model = run.take_model();
  return outcome;
}

}  // namespace sand::experiments
