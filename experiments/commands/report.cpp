// `sandgrad report`: an HTML page on runs and sweeps.
#include "experiments/report/report.h"

#include <cstdio>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out = "report.html", data_dir;
  int threads = 0;
  bool replay = false;
};

int report(const ReportOptions& options) {
  constexpr std::size_t kMostRuns = 64;  // each is opened with its data
  check(options.runs.size() <= kMostRuns, [&] {
    return Error(Fault::usage, "report: at most 64 runs and sweeps fit one page")
        .fact("found", std::to_string(options.runs.size()))
        .hint("the directory of a sweep counts as one");
  });
  write_report({.folders = {options.runs.begin(), options.runs.end()},
                .data_dir = options.data_dir,
                .threads = options.threads,
                .whole_replay = options.replay},
               options.out);
  std::printf("report: %s\n", options.out.c_str());
  return 0;
}

}  // namespace

void add_report(Command& command) {
  static ReportOptions o;
  command.option("runs", o.runs, "run directories and directories of sweeps").required();
  command.option("--out", o.out, "HTML file to write (default report.html)").refuses_empty();
  command.option("--data-dir,--data_dir", o.data_dir,
                 "data directory of the runs (default: the ones in their records)");
  command.flag("--replay", o.replay,
               "repeat every run up to its last checkpoint to measure gradients at 12 steps (default: only "
               "small runs, others at their checkpoints)");
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return report(o); });
}

}  // namespace sand::experiments
