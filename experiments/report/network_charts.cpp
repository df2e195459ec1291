#include "experiments/report/network_charts.h"

#include <cmath>

#include "experiments/report/cosine_charts.h"
#include "experiments/report/predictions.h"
#include "experiments/report/replay.h"
#include "experiments/report/surface.h"
#include "experiments/report/weight_maps.h"
#include "experiments/runs/recorded_run.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/mask_notes.h"
#include "tensor/error.h"
#include "tensor/numerics.h"

namespace sand::experiments {
namespace {

/// What a user must know of the masks of the run.
void note_masks(const RunLog& log, const UpdateLoop& loop, std::vector<std::string>& notes) {
  const int domains = static_cast<int>(loop.training_domains().size());
  if (const std::optional<std::string> note = note_on_tau(loop.settings(), domains)) notes.push_back(*note);
  const std::string comes_to = algorithm(loop.settings()).combiner->when_saturated;
  if (comes_to.empty() || log.records.empty()) return;
  const MaskShares& last = log.records.back().mask;
  if (last.open > 0.99 * (last.open + last.partial))
    notes.push_back("the mask is saturated: m \u2265 0.99 in " +
                    percent_text(last.open / (last.open + last.partial)) + " of the weights with m > 0, " +
                    comes_to);
}

std::vector<std::string> names_of_training(const UpdateLoop& loop) {
  std::vector<std::string> names;
  for (const int domain : loop.training_domains())
    names.push_back(loop.data().domains[static_cast<std::size_t>(domain)].name);
  return names;
}

/// Throws Error(data) for a run of the other program, or of another version of the arithmetic: this one would
/// compute other numbers.
void check_same_arithmetic(const Manifest& record) {
  const std::string number = sizeof(Scalar) == 8 ? "double" : "float";
  check(record.number == number && record.numerics == kNumericsVersion, [&] {
    return Error(Fault::data, "report: this program computes with other numbers than the run")
        .fact("run", record.number + ", version " + std::to_string(record.numerics) + " of the arithmetic")
        .fact("program", number + ", version " + std::to_string(kNumericsVersion))
        .hint("sandgrad is for runs in float, sandgrad64 for runs in double");
  });
}

void add_gradient_charts(NetworkCharts& charts, const RunLog& log, Training& run,
                         const Checkpoints& checkpoints, const Threads& threads,
                         const NetworkOptions& options) {
  const std::vector<MeasuredStep> steps = replay(run, checkpoints, {.whole = options.whole_replay}, threads);
  if (options.cosines) charts.cosines = cosine_charts(log.label, steps, names_of_training(run.loop()));
  const Slot* const slot = first_layer(run.loop().model().parameters);
  if (options.weights && slot != nullptr)
    charts.weights = weight_charts(log.label, *slot, run.loop().data().example, steps);
}

}  // namespace

NetworkCharts network_charts(const RunLog& log, Training& run, const Threads& threads,
                             const NetworkOptions& options) {
  NetworkCharts charts;
  const Checkpoints checkpoints(log.folder / "checkpoints", run.loop().settings(),
                                run.loop().model().parameters);
  note_masks(log, run.loop(), charts.notes);
  if (options.cosines || options.weights)
    add_gradient_charts(charts, log, run, checkpoints, threads, options);
  if (go_to_end(run, checkpoints, charts.notes) == 0) {
    charts.notes.emplace_back(
        "the run has no checkpoint that can be read: charts of its trained network are "
        "missing");
    return charts;
  }
  if (options.surface && !why_no_surface(run.loop().data()))
    charts.surface =
        surface_charts(log.label, run.loop().model(), run.loop().data(), run.loop().training_domains());
  if (options.predictions) charts.predictions = prediction_charts(log.label, run.loop(), threads);
  return charts;
}

NetworkCharts network_charts(const RunLog& log, const std::string& data_dir, int threads,
                             const NetworkOptions& options) {
  const Manifest record = read_manifest((log.folder / "record.json").string());
  check_same_arithmetic(record);
  RecordedRun recorded(record, data_dir, threads);
  return network_charts(log, recorded.run, recorded.threads, options);
}

NetworkCharts network_charts(const RunLog& log, const domains::DataSet& data, int threads,
                             const NetworkOptions& options) {
  const Manifest record = read_manifest((log.folder / "record.json").string());
  check_same_arithmetic(record);
  const Threads team(threads);
  Training run(record.settings, data, team);
  return network_charts(log, run, team, options);
}

}  // namespace sand::experiments
