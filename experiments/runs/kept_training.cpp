#include "experiments/runs/kept_training.h"

#include <cstdio>

#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/signals.h"
#include "experiments/setup/photo_cache.h"
#include "experiments/setup/run_data.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/training.h"

namespace sand::experiments {
namespace {

std::string progress_note(const Training& run, const Settings& settings, double loss) {
  const int waited = run.early_stop().waited;
  std::string note = "loss " + std::to_string(loss);
  if (waited > 0)
    note += ", " + std::to_string(waited) + " of " + std::to_string(settings.recipe.early_stop) +
            " evaluations without a better score";
  return note;
}

/// All updates that remain.
std::optional<Record> train_to_end(Training& run, RunKeeper& keeper, const Settings& settings, bool silent) {
  std::optional<Progress> progress;
  if (!silent) progress.emplace("train", settings.steps);
  const TrainingEvents events = {
      .record =
          [&](const Record& record) {
            if (progress) progress->clear();
            keeper.record(run, record);
          },
      .step =
          [&](int step, double loss) {
            if (progress) progress->at(step + 1, progress_note(run, settings, loss));
          },
      .stop = StopSignals::stop,
      .end_of_step = [&](const Record* record, bool stop) { keeper.end_of_step(run, record, stop); },
  };
  try {
    return run_to_end(run, events);
  } catch (Error& error) {
    keeper.tell_kept(error);
    throw;
  }
}

}  // namespace

KeptOutcome train_and_keep(const Settings& asked, const RunKeeperOptions& options, const Threads& threads,
                           const domains::DataSet* shared) {
  Settings settings = asked;
  settings.data.photo_cache = photo_cache_folder(asked.data.photo_cache, options.output_dir);
  RunKeeper keeper(settings, options);
  if (keeper.finished())
    return {.finished = true, .before = true, .steps = settings.steps, .never_learned = {}, .last = {}};
  keeper.open();

  MemoryEstimate memory{.program = process_memory("VmRSS")};
  std::optional<domains::DataSet> own;
  if (shared == nullptr) {
    own = data_set_of(settings, threads);
    memory.measure_data();
  }
  const domains::DataSet& data = shared != nullptr ? *shared : *own;
  memory.foresee(settings, data);
  check_fits(memory, threads);
  Training run(settings, data, threads);
  memory.foresee(run, threads, !options.output_dir.empty());
  check_fits(memory, threads);

  keeper.claim(run, threads);
  const StopSignals signals;
  if (!options.silent) std::fprintf(stderr, "memory: %s\n", memory.text().c_str());
  keeper.begin(run, threads);
  const std::optional<Record> last = train_to_end(run, keeper, settings, options.silent);
  keeper.end(run, last);
  return {.finished = run.finished(),
          .before = false,
          .steps = run.step(),
          .never_learned = run.loop().never_learned(),
          .last = last,
          .model = run.take_model()};
}

}  // namespace sand::experiments
