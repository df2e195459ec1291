// `sandgrad plot`: the pictures of one run as an SVG or PNG file.
#include <cstdio>
#include <span>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/report/raster.h"
#include "experiments/report/report.h"
#include "experiments/report/svg.h"
#include "tensor/error.h"
#include "tensor/file.h"
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
  const bool is_svg = options.out.ends_with(".svg");
  check(is_svg || options.out.ends_with(".png"), [&] {
    return Error(Fault::usage, "plot: --out must end with .svg or .png").fact("found", options.out);
  });
  const std::vector<Chart> charts = plot_charts(request);
  const Drawing drawing = stacked(charts);
  if (is_svg) {
    std::string about;
    for (const Chart& chart : charts) about += chart.title + ". " + chart.about + " ";
    const std::string text = svg_file(drawing, charts[0].title, about);
    NewFile file(options.out);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
  } else {
    picture_of(drawing).write_png(options.out);
  }
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
