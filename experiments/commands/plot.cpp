// `sandgrad plot`: the pictures of one run as an SVG or PNG file.
#include <cstdio>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/report/report.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

struct PlotOptions {
  PlotRequest request;
  std::string run, out;
};

int plot(const PlotOptions& options) {
  PlotRequest request = options.request;
  request.run = options.run;
  request.what = find_name("plot", options.request.what, plot_kinds());
  check_drawing_name("plot: --out", options.out);
  const std::vector<Chart> charts = plot_charts(request);
  write_drawing(options.out, stacked(charts), charts);
  std::printf("plot: %s\n", options.out.c_str());
  return 0;
}

}  // namespace

void add_plot(Command& command) {
  static PlotOptions o;
  command.option("run", o.run, "run directory: the --output-dir of the run").required();
  command.option("--what", o.request.what, either(plot_kinds())).required();
  command.option("--out", o.out, "file to write: .svg or .png").required();
  command.option("--data-dir,--data_dir", o.request.data_dir,
                 "data directory (default: the one in the record)");
  command.flag("--replay", o.request.whole_replay,
               "repeat the run up to its last checkpoint to measure gradients at 12 steps (default: only a "
               "small run, others at their checkpoints)");
  command.option("--threads", o.request.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return plot(o); });
}

}  // namespace sand::experiments
