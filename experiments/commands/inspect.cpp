// `sandgrad inspect`: explains one weight, or a whole tensor of weights, in one update of a recorded run. The
// run stores nothing for this: the update is repeated from the nearest checkpoint.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/explain/explanation.h"
#include "experiments/explain/layer_explanation.h"
#include "experiments/machine/parse_json.h"
#include "experiments/machine/progress.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/recorded_run.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

struct InspectOptions {
  std::string run;       ///< a run directory
  std::string data_dir;  ///< "": the recorded directory
  int step = -1;
  std::vector<std::string> weights;  ///< 'linear1.weight[12,40]'
  std::string layer, heat_map;       ///< a tensor of weights, and the file of its picture
  int threads = 0;
  bool json = false;
};

namespace fs = std::filesystem;

/// Restores the last intact checkpoint before the update, or starts the run if there is none.
void restore_before(Training& run, const Checkpoints& checkpoints, int step) {
  const std::vector<int> steps = checkpoints.steps();
  for (auto at = steps.rbegin(); at != steps.rend(); ++at) {
    if (*at >= step) continue;
    try {
      return run.restore(checkpoints.read(*at).state);
    } catch (const Error& error) {
      std::fprintf(stderr, "sandgrad: skipped a checkpoint\n    %s\n", error.what());
    }
  }
}

/// Says that a weight, or a tensor of weights, is frozen: there is nothing to explain.
void tell_frozen(const std::string& name, std::optional<Scalar> value, const InspectOptions& options) {
  if (options.json) {
    nlohmann::ordered_json json = {
        {value ? "weight" : "layer", name}, {"step", options.step}, {"frozen", true}};
    if (value) json["value"] = *value;
    std::printf("%s\n", json.dump().c_str());
    return;
  }
  std::printf("%s is frozen (--freeze): its gradients count as 0, and no step changes a bit of it\n",
              name.c_str());
  if (value) std::printf("  weight, before and after step %d   %s\n", options.step, exact(*value).c_str());
}

/// The number of the run's steps; fewer than in its settings if --early-stop ended it.
int steps_of(const fs::path& folder, const Settings& settings) {
  constexpr std::uint64_t kMostBytes = 1 << 16;
  std::error_code failure;
  if (settings.recipe.early_stop == 0 || !fs::exists(folder / "done", failure)) return settings.steps;
  const auto done = read_json((folder / "done").string(), kMostBytes);
  const auto steps = done.is_object() ? done.value("steps", nlohmann::json()) : nlohmann::json();
  return steps.is_number_integer() && steps > 0 && steps < settings.steps ? steps.get<int>() : settings.steps;
}

int inspect(const InspectOptions& options) {
  check(!options.weights.empty() || !options.layer.empty(), [] {
    return Error(Fault::usage, "inspect: --weight or --layer is required")
        .hint("sandgrad inspect RUN --step 300 --weight 'linear1.weight[12,40]'");
  });
  check(options.heat_map.empty() || !options.layer.empty(),
        [] { return Error(Fault::usage, "inspect: --heat-map needs --layer"); });
  const fs::path folder = options.run;
  const Manifest record = read_manifest((folder / "record.json").string());
  const Settings& settings = record.settings;
  check_same_run(record, settings);  // checks number type and arithmetic
  const int steps = steps_of(folder, settings);
  check(options.step >= 0 && options.step < steps, [&] {
    return Error(Fault::usage, "inspect: the run has no such step")
        .fact("asked", std::to_string(options.step))
        .fact("steps", "0 to " + std::to_string(steps - 1));
  });

  RecordedRun recorded(record, options.data_dir, options.threads);
  Training& run = recorded.run;
  const Parameters& parameters = run.loop().model().parameters;
  std::vector<WeightPlace> places, frozen;
  for (const std::string& weight : options.weights) {
    const WeightPlace place = weight_named(parameters, weight);
    (run.loop().frozen().has(place.slot) ? frozen : places).push_back(place);
  }
  const Slot* slot = options.layer.empty() ? nullptr : &slot_named(parameters, options.layer);
  const bool layer_is_frozen = slot != nullptr && run.loop().frozen().has(*slot);
  check(!layer_is_frozen || options.heat_map.empty(),
        [] { return Error(Fault::usage, "inspect: --heat-map: the layer is frozen, so it has no mask"); });
  for (const WeightPlace& place : frozen)
    tell_frozen(place.name, parameters.numbers()[static_cast<std::size_t>(place.column)], options);
  if (layer_is_frozen) tell_frozen(options.layer, std::nullopt, options);
  if (layer_is_frozen) slot = nullptr;
  if (places.empty() && slot == nullptr) return 0;

  restore_before(run, Checkpoints(folder / "checkpoints", settings, parameters), options.step);
  Progress progress("replay", options.step);
  for (; run.step() < options.step; progress.at(run.step())) run.update();
  progress.clear();

  std::vector<std::string> names;
  for (const int domain : run.loop().training_domains())
    names.push_back(recorded.data.domains[static_cast<std::size_t>(domain)].name);
  std::vector<WeightExplanation> explanations;
  std::optional<LayerExplanation> layer;
  run.update([&] {
    const Update update = update_of(run.loop(), names, recorded.threads);
    explanations = explain(update, places);
    if (slot != nullptr) layer.emplace(run.loop().gradients(), run.loop().direction(), *slot, names);
  });
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    explanations[i].must_match(parameters.numbers()[static_cast<std::size_t>(places[i].column)]);
    std::printf("%s\n", (options.json ? explanations[i].json() : explanations[i].text()).c_str());
  }
  if (layer) std::printf("%s\n", (options.json ? layer->json() : layer->text()).c_str());
  if (!options.heat_map.empty()) layer->write_heat_map(options.heat_map);
  return 0;
}

}  // namespace

void add_inspect(Command& command) {
  static InspectOptions o;
  command.option("run", o.run, "run directory: the --output-dir of the run").required();
  command.option("--step", o.step, "number of the update, from 0", kStepNumbers).required();
  command.option("--weight", o.weights,
                 "weights to explain, such as 'linear1.weight[12,40]' (default: none)");
  command.option(
      "--layer", o.layer,
      "parameter tensor, such as linear1.weight, whose ranges of mask, agreement and gradients are printed "
      "(default: none)");
  command.option("--heat-map,--heat_map", o.heat_map,
                 "PNG to write: mask (left) and agreement (right) of --layer (default: none)");
  command.option("--data-dir,--data_dir", o.data_dir, "data directory (default: the one in the record)");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print one JSON object a line");
  command.run([] { return inspect(o); });
}

}  // namespace sand::experiments
