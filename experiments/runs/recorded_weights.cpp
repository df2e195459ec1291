#include "experiments/runs/recorded_weights.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "experiments/machine/parse_json.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/checkpoint_name.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytes_of_file(const std::string& path) {
  InputFile file(path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.size()));
  file.read(bytes);
  return bytes;
}

/// The names of the weights: a checkpoint has tensors of the optimizer, too, named PREFIX.NAME.
std::set<std::string> names_in_record(const fs::path& run) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;
  const std::string path = (run / "record.json").string();
  const nlohmann::json record = read_json(path, kMostBytes);
  std::set<std::string> names;
  if (record.is_object() && record.contains("parameters") && record["parameters"].is_array())
    for (const nlohmann::json& slot : record["parameters"])
      if (slot.is_object() && slot.contains("name") && slot["name"].is_string())
        names.insert(slot["name"].get<std::string>());
  check(!names.empty(), [&] {
    return Error(Fault::data, "record: no names of weights under parameters").fact("file", path);
  });
  return names;
}

}  // namespace

std::vector<int> checkpoint_steps(const fs::path& run) {
  std::error_code failure;
  std::vector<int> steps;
  if (!fs::exists(run / "checkpoints", failure)) return steps;
  for (const std::string& name : Directory((run / "checkpoints").string()).names())
    if (const std::optional<int> step = step_of_checkpoint(name)) steps.push_back(*step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

Safetensors read_stored_checkpoint(const fs::path& file) {
  const std::vector<std::byte> bytes = bytes_of_file(file.string());
  check_checkpoint_hash(bytes, file.string());
  return Safetensors::parse(bytes, file.string());
}

RecordedWeights recorded_weights(const fs::path& run) {
  const fs::path last = run / "weights.safetensors";
  std::error_code failure;
  if (fs::exists(last, failure)) return {Safetensors::read(last.string()).tensors(), last.string()};
  const std::vector<int> steps = checkpoint_steps(run);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) try {
      const fs::path file = run / "checkpoints" / checkpoint_name(*step);
      Safetensors stored = read_stored_checkpoint(file);
      RecordedWeights weights{{}, file.string()};
      for (const std::string& name : names_in_record(run)) weights.tensors.emplace(name, stored.take(name));
      return weights;
    } catch (const Error& error) {
      std::fprintf(stderr, "sandgrad: skipped a checkpoint\n    %s\n", error.what());
    }
  throw Error(Fault::missing,
              "run: it has no weights yet: neither weights.safetensors nor an intact checkpoint")
      .fact("path", run.string());
}

}  // namespace sand::experiments
