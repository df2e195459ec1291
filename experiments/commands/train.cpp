// `sandgrad train`: one run, printed on stdout and kept in a run directory.
#include <cstdio>
#include <optional>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/signals.h"
#include "experiments/runs/run_keeper.h"
#include "experiments/setup/photo_cache.h"
#include "experiments/setup/run_data.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/training.h"

namespace sand::experiments {
namespace {

struct TrainOptions {
  RunRequest request;
  RunKeeperOptions keeper;
  int threads = 0;
};

int train(const TrainOptions& options) {
  Settings settings = resolve(options.request);
  settings.data.photo_cache = photo_cache_folder(options.request.data.photo_cache, options.keeper.output_dir);
  const Threads threads(options.threads);
  RunKeeper keeper(settings, options.keeper);
  if (keeper.finished()) return 0;
  keeper.open();

  MemoryEstimate memory{.program = process_memory("VmRSS")};
  const domains::DataSet data = data_set_of(settings, threads);
  memory.measure_data();
  memory.foresee(settings, data);
  check_fits(memory, threads);
  Training run(settings, data, threads);
  memory.foresee(run, threads, !options.keeper.output_dir.empty());
  check_fits(memory, threads);

  keeper.claim(run, threads);
  const StopSignals signals;
  std::fprintf(stderr, "memory: %s\n", memory.text().c_str());
  keeper.begin(run, threads);
  Progress progress("train", settings.steps);
  const TrainingEvents events = {
      .record =
          [&](const Record& record) {
            progress.clear();
            keeper.record(run, record);
          },
      .step =
          [&](int step, double loss) {
            const int waited = run.early_stop().waited;
            progress.at(step + 1, "loss " + std::to_string(loss) +
                                      (waited > 0 ? ", " + std::to_string(waited) + " of " +
                                                        std::to_string(settings.recipe.early_stop) +
                                                        " evaluations without a better score"
                                                  : ""));
          },
      .stop = StopSignals::stop,
      .end_of_step = [&](const Record* record, bool stop) { keeper.end_of_step(run, record, stop); },
  };
  std::optional<Record> last;
  try {
    last = run_to_end(run, events);
  } catch (Error& error) {
    keeper.tell_kept(error);
    throw;
  }
  progress.clear();
  keeper.end(run, last);
  return run.finished() ? 0 : StopSignals::exit_code();
}

}  // namespace

void add_train(Command& command) {
  static TrainOptions o;
  const char* group = nullptr;
  visit_settings(o.request, [&](const char* heading, const Setting& setting, auto& field) {
    if (heading != group) command.group(group = heading);
    add_setting(command, setting, field);
  });
  command.group("Run directory");
  command
      .option("--output-dir,--output_dir", o.keeper.output_dir,
              "directory of the run's files (default: nothing is kept)")
      .refuses_empty();
  command.flag("--fresh", o.keeper.fresh,
               "start over in a run directory that holds a run, instead of resuming it");
  command.flag("--no-lock", o.keeper.no_lock,
               "do not lock the run directory: for file systems without locks");
  command.option("--checkpoint-every,--checkpoint_every", o.keeper.checkpoint_every,
                 "steps between two checkpoints (default: at every evaluation)", kCounts);
  command.option("--photo-cache,--photo_cache", o.request.data.photo_cache,
                 "directory for decoded photos, or none (default: the one that holds the output directory)");
  command.group("Program");
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.keeper.json, "print records as JSON lines");
  command.run([] { return train(o); });
}

}  // namespace sand::experiments
