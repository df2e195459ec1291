#include "experiments/runs/kept_training.h"

#include <chrono>
#include <cstdio>

#include "experiments/machine/agreement.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/signals.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/same_start.h"
#include "experiments/setup/data_sets.h"
#include "experiments/setup/optimization.h"
#include "experiments/setup/photo_cache.h"
#include "experiments/setup/run_data.h"
#include "experiments/setup/settings_json.h"
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

/// All updates that remain. Only rank 0 has a keeper. A signal to one rank stops all after the same step.
std::optional<Record> train_to_end(Training& run, RunKeeper* keeper, const Settings& settings,
                                   const Ranks& ranks, bool silent) {
  std::optional<Progress> progress;
  TrainingEvents events;
  events.stop = [&] {
    const int signal = first_not_zero(ranks, StopSignals::received());
    StopSignals::pass_on(signal);
    return signal != 0;  // not stop(): a signal that came meanwhile is not agreed on
  };
  if (keeper == nullptr) return run_to_end(run, events);
  if (!silent) progress.emplace("train", settings.steps);
  events.record = [&](const Record& record) {
    if (progress) progress->clear();
    keeper->record(run, record);
  };
  events.step = [&](int step, double loss) {
    if (progress) progress->at(step + 1, progress_note(run, settings, loss));
  };
  events.end_of_step = [&](const Record* record, bool stop) { keeper->end_of_step(run, record, stop); };
  try {
    return run_to_end(run, events);
  } catch (Error& error) {
    keeper->tell_kept(error);
    throw;
  }
}

/// The run at its first step, on data of its own or shared with other runs, checked for memory.
struct Start {
  std::optional<domains::DataSet> own;
  std::optional<Training> run;
  MemoryEstimate memory{.program = process_memory("VmRSS")};

  void read(const Settings& settings, const Threads& threads) {
    own = data_set_of(settings, threads);
    memory.measure_data();
  }
  void make(const Settings& settings, const domains::DataSet& data, const Threads& threads,
            const Ranks& ranks, bool kept) {
    memory.foresee(settings, data);
    check_fits(memory, threads);
    run.emplace(settings, data, threads, ranks);
    memory.foresee(*run, threads, kept);
    check_fits(memory, threads);
  }
};

/// Every rank goes on from the state of rank 0, which may have resumed the run from a checkpoint.
void share_state(Training& run, const Settings& settings, const Ranks& ranks) {
  if (ranks.alone()) return;
  const Parameters& parameters = run.loop().model().parameters;
  std::string state;
  if (ranks.rank() == 0 && run.step() > 0) {
    const std::vector<std::byte> bytes =
        checkpoint_bytes({run.save()}, parameters, state_layout(settings), settings_hash(settings));
    state.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  state = text_of_first(ranks, state);
  do_together(ranks, [&] {
    if (ranks.rank() > 0 && !state.empty())
      run.restore(parse_checkpoint(std::as_bytes(std::span(state)), "the state of rank 0", parameters,
                                   state_layout(settings), settings_hash(settings))
                      .state);
  });
}

}  // namespace

KeptOutcome train_and_keep(const Settings& asked, const RunKeeperOptions& options, const Threads& threads,
                           const domains::DataSet* shared, const Ranks& ranks) {
  Settings settings = asked;
  std::optional<RunKeeper> keeper;  // of rank 0
  bool finished = false;
  do_together(ranks, [&] {
    settings.data.photo_cache = photo_cache_folder(asked.data.photo_cache, options.output_dir);
    if (ranks.rank() > 0) return;
    finished = keeper.emplace(settings, options).finished();
    if (!finished) keeper->open();
  });
  if (first_not_zero(ranks, finished) != 0)
    return {.finished = true, .before = true, .steps = settings.steps, .never_learned = {}, .last = {}};

  Start start;
  // rank 0 decodes photos first; the others find its cache
  if (shared == nullptr && is_photo_set(settings.data.name))
    do_together(ranks, [&] {
      if (ranks.rank() == 0) start.read(settings, threads);
    });
  do_together(ranks, [&] {
    if (shared == nullptr && !start.own) start.read(settings, threads);
    start.make(settings, shared != nullptr ? *shared : *start.own, threads, ranks,
               keeper && !options.output_dir.empty());
  });
  Training& run = *start.run;
  if (!ranks.alone()) {
    StartFacts facts;
    do_together(ranks, [&] { facts = start_facts(run); });
    check_same_start(ranks, facts);
  }

  do_together(ranks, [&] {
    if (keeper) keeper->claim(run, threads, ranks.count());
  });
  StopSignals signals;
  if (!ranks.alone()) signals.stay();  // the signal to all ranks may reach this one after it has stopped
  do_together(ranks, [&] {
    if (!keeper) return;
    if (!options.silent) std::fprintf(stderr, "memory: %s\n", start.memory.text().c_str());
    keeper->begin(run, threads, ranks.count());
  });
  share_state(run, settings, ranks);
  const auto began = std::chrono::steady_clock::now();
  const RankTimes before = ranks.times();
  const std::optional<Record> last =
      train_to_end(run, keeper ? &*keeper : nullptr, settings, ranks, options.silent);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  const RankReport report = rank_report(ranks, before, threads, seconds.count());
  if (keeper) keeper->end(run, last);
  if (keeper && !ranks.alone()) keeper->note_ranks(report);
  return {.finished = run.finished(),
          .before = false,
          .steps = run.step(),
          .never_learned = run.loop().never_learned(),
          .last = last,
          .model = run.take_model()};
}

}  // namespace sand::experiments
