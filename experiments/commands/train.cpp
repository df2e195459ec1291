// `sandgrad train`: one run, printed on stdout and kept in a run directory. Under mpirun its ranks share it.
#include <cstdio>
#include <filesystem>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/machine/agreement.h"
#include "experiments/machine/mpi.h"
#include "experiments/machine/signals.h"
#include "experiments/report/report.h"
#include "experiments/runs/kept_training.h"

namespace sand::experiments {
namespace {

struct TrainOptions {
  RunRequest request;
  RunKeeperOptions keeper;
  int threads = 0;
  bool report = false;
};

/// Writes report.html into the run directory.
void write_report_of(const TrainOptions& options) {
  const std::filesystem::path folder = options.keeper.output_dir;
  const std::string path = (folder / "report.html").string();
  write_report({.folders = {folder}, .data_dir = {}, .threads = options.threads}, path);
  std::fprintf(options.keeper.json ? stderr : stdout, "report: %s\n", path.c_str());
}

int train(const TrainOptions& options, const Ranks& ranks) {
  Settings settings;
  do_together(ranks, [&] {
    check(!options.report || !options.keeper.output_dir.empty(), [] {
      return Error(Fault::usage,
                   "train: --report needs --output-dir: the report is made from the files of the run");
    });
    settings = resolve(options.request);
  });
  const KeptOutcome outcome =
      train_and_keep(settings, options.keeper, Threads(options.threads), nullptr, ranks);
  if (outcome.finished && options.report && ranks.rank() == 0) write_report_of(options);
  return outcome.finished ? 0 : StopSignals::exit_code();
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
  command.flag("--report", o.report,
               "write report.html, a page with pictures, into the output directory at the end");
  command.flag("--tensorboard", o.keeper.tensorboard,
               "write scalars and histograms to an event file in the run directory, for TensorBoard");
  command.option("--photo-cache,--photo_cache", o.request.data.photo_cache,
                 "directory for decoded photos, or none (default: the one that holds the output directory)");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.keeper.json, "print records as JSON lines");
  command.run([] { return on_ranks([](const Ranks& ranks) { return train(o, ranks); }); });
}

}  // namespace sand::experiments
