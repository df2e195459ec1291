// sandgrad.read_run
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/python/engine.h"
#include "experiments/runs/checkpoint_name.h"
#include "experiments/runs/record_columns.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/runs/recorded_weights.h"
#include "experiments/runs/trained_run.h"

namespace sand::python {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& file) {
  std::error_code failure;
  return fs::exists(file, failure);
}

py::object json_file(const fs::path& file, std::uint64_t most) {
  const nlohmann::json json = experiments::read_json(file.string(), most);
  check(json.is_object(),
        [&] { return Error(Fault::data, "run: expected one JSON object").fact("file", file.string()); });
  return python_of(json);
}

py::list lines_of(const fs::path& file) {
  py::list list;
  if (!is_there(file)) return list;
  experiments::RecordedLines lines(file.string(), true);
  while (const auto line = lines.next()) list.append(python_of(*line));
  return list;
}

py::dict curves_of(const fs::path& run) {
  py::dict curves;
  if (!is_there(run / "metrics.jsonl")) return curves;
  const auto table = experiments::ColumnTable::read(run);
  std::vector<double*> numbers;
  for (const std::string& column : table.columns()) {
    py::array_t<double> curve(static_cast<py::ssize_t>(table.rows()));
    std::fill_n(curve.mutable_data(), curve.size(), std::numeric_limits<double>::quiet_NaN());
    numbers.push_back(curve.mutable_data());
    curves[py::str(column)] = std::move(curve);
  }
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (const auto& [place, value] : table.row(row)) numbers[place][row] = value;
  return curves;
}

py::dict arrays_in(Safetensors& file) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file.tensors()) names.push_back(name);
  py::dict arrays;
  for (const std::string& name : names) arrays[py::str(name)] = array_of(file.take(name));
  return arrays;
}

py::dict checkpoint_in(const fs::path& path) {
  Safetensors file = experiments::read_stored_checkpoint(path);
  py::dict metadata;
  for (const auto& [name, text] : file.metadata) metadata[py::str(name)] = py::str(text);
  py::dict checkpoint;
  checkpoint["tensors"] = arrays_in(file);
  checkpoint["metadata"] = std::move(metadata);
  return checkpoint;
}

py::dict checkpoints_of(const fs::path& run) {
  py::dict checkpoints;
  for (const int step : experiments::checkpoint_steps(run))
    checkpoints[py::int_(step)] = checkpoint_in(run / "checkpoints" / experiments::checkpoint_name(step));
  return checkpoints;
}

py::object weights_of(const fs::path& run) {
  if (!is_there(run / "weights.safetensors")) return py::none();
  Safetensors file = Safetensors::read((run / "weights.safetensors").string());
  return arrays_in(file);
}

}  // namespace

py::dict read_run(const py::object& path, bool checkpoints) {
  constexpr std::uint64_t kMostRecord = std::uint64_t{1} << 28, kMostDone = 1 << 16;
  const std::string given = path_of(path);
  const experiments::TrainedPlace place = experiments::find_trained(given);
  check(place.run && place.file.empty(),
        [&] { return Error(Fault::usage, "run: expected the directory of a run").fact("found", given); });
  const fs::path& run = *place.run;
  const fs::path best = run / "checkpoints" / experiments::kBestCheckpoint;
  py::dict result;
  result["record"] = json_file(run / "record.json", kMostRecord);
  result["results"] = lines_of(run / "results.jsonl");
  result["metrics"] = lines_of(run / "metrics.jsonl");
  result["curves"] = curves_of(run);
  result["checkpoints"] = checkpoints ? checkpoints_of(run) : py::dict();
  result["best"] = checkpoints && is_there(best) ? py::object(checkpoint_in(best)) : py::none();
  result["weights"] = checkpoints ? weights_of(run) : py::none();
  result["done"] = is_there(run / "done") ? json_file(run / "done", kMostDone) : py::none();
  return result;
}

}  // namespace sand::python
