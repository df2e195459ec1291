#include "experiments/runs/trained_run.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "experiments/machine/parse_json.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/checkpoint_name.h"
#include "experiments/training/initial_model.h"
#include "experiments/training/parameter_file.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kManifest = "record.json";

bool has_record(const fs::path& folder) {
  std::error_code failure;
  return fs::exists(folder / kManifest, failure);
}

/// The folder of a path; "." for a name without one.
fs::path folder_of_file(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void take(Parameters& parameters, const std::vector<Scalar>& weights) {
  std::copy(weights.begin(), weights.end(), parameters.numbers().begin());
}

/// The last checkpoint that is intact.
std::optional<int> take_last(const fs::path& run, const Settings& settings, Parameters& parameters,
                             std::string& file) {
  const Checkpoints checkpoints(run / "checkpoints", settings, parameters);
  const std::vector<int> steps = checkpoints.steps();
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) try {
      take(parameters, checkpoints.read(*step).state.weights);
      file = checkpoints.file(*step).string();
      return *step;
    } catch (const Error& error) {
      std::fprintf(stderr, "sandgrad: skipped a checkpoint\n    %s\n", error.what());
    }
  return std::nullopt;
}

void check_inputs_fit(const Manifest& record, const Parameters& parameters, const Shape& example) {
  const std::vector<Slot>& slots = parameters.slots();
  const bool same =
      std::equal(slots.begin(), slots.end(), record.parameters.begin(), record.parameters.end(),
                 [](const Slot& a, const Slot& b) { return a.name == b.name && a.shape == b.shape; });
  check(same, [&] {
    const std::string first = record.parameters.empty() ? "none" : record.parameters[0].shape.text();
    return Error(Fault::data, "weights: the network of the run takes other inputs")
        .fact("inputs", example.text())
        .fact("its first tensor", first)
        .fact("of these inputs", slots[0].shape.text());
  });
}

std::vector<std::string> texts_of(const Json& data, const char* key) {
  return data.contains(key) ? value_of<std::vector<std::string>>(data, key) : std::vector<std::string>();
}

}  // namespace

TrainedPlace find_trained(const std::string& path) {
  std::error_code failure;
  const fs::path given = path;
  if (fs::is_directory(given, failure)) {
    check(has_record(given), [&] {
      return Error(Fault::missing, "run: the directory holds no run: it has no record.json")
          .fact("path", path)
          .hint("name the --output-dir of a run, or one of its checkpoints");
    });
    return {given, {}};
  }
  check(fs::exists(given, failure),
        [&] { return Error(Fault::missing, "run: there is no such file or directory").fact("path", path); });
  const fs::path folder = folder_of_file(given);
  if (has_record(folder)) return {folder, given};
  const fs::path above = folder == "." ? fs::path("..") : folder_of_file(folder);
  if (fs::absolute(folder, failure).lexically_normal().filename() == "checkpoints" || folder == ".")
    if (has_record(above)) return {above, given};
  return {std::nullopt, given};
}

RecordedColumns read_columns(const fs::path& run) {
  constexpr std::uint64_t kMostBytes = 1u << 28;
  const std::string path = (run / kManifest).string();
  const Json json = read_json(path, kMostBytes);
  const auto broken = [&](const std::string& why) {
    return Error(Fault::data, "record: its inputs or classes are invalid: " + why).fact("file", path);
  };
  RecordedColumns columns;
  try {
    const Json& data = json.at("data");
    columns.classes = texts_of(data, "classes");
    columns.targets = texts_of(data, "targets");
    if (!data.contains("inputs")) return columns;
    for (const Json& input : data.at("inputs")) {
      columns.inputs.push_back({value_of<std::string>(input, "name"), value_of<double>(input, "mean"),
                                value_of<double>(input, "deviation")});
      const domains::FittedInput& last = columns.inputs.back();
      check(std::isfinite(last.mean) && std::isfinite(last.deviation) && last.deviation >= 0,
            [&] { return Error(Fault::data, "mean and deviation of " + in_quotes(last.name)); });
    }
  } catch (const Json::exception& problem) {
    throw broken(problem.what());
  } catch (const Error& problem) {
    throw broken(problem.what());
  }
  return columns;
}

Index recorded_outputs(const Manifest& record) {
  check(!record.parameters.empty() && record.parameters.back().shape.rank() == 1, [] {
    return Error(Fault::data, "record: the last tensor of the model is not a bias of its outputs");
  });
  return record.parameters.back().shape.size();
}

TrainedModel trained_model(const TrainedPlace& place, const Manifest& record, const Shape& example) {
  TrainedModel trained{drawn_model(record.settings, example, recorded_outputs(record)), place.file.string(),
                       -1};
  Parameters& parameters = trained.model->parameters;
  check_inputs_fit(record, parameters, example);
  if (place.file.empty()) {
    const auto step = take_last(*place.run, record.settings, parameters, trained.file);
    check(step.has_value(), [&] {
      return Error(Fault::missing, "run: it has no checkpoint that can be read")
          .fact("path", place.run->string())
          .hint("train the run, or resume it, to make one");
    });
    trained.step = *step;
  } else if (const std::optional<int> step = step_of_checkpoint(place.file.filename().string())) {
    const fs::path folder = folder_of_file(place.file);
    take(parameters, Checkpoints(folder, record.settings, parameters).read(*step).state.weights);
    trained.step = *step;
  } else {
    load_weights(place.file.string(), parameters);
  }
  return trained;
}

}  // namespace sand::experiments
