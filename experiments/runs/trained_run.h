// The weights of a run after its training, for `sandgrad evaluate` and `sandgrad predict`.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "experiments/runs/manifest.h"
#include "experiments/setup/new_examples.h"

namespace sand::experiments {

/// Where weights are: in a run directory, or in one file of it, or in a file without a run.
struct TrainedPlace {
  std::optional<std::filesystem::path> run;  ///< the run directory
  std::filesystem::path file;                ///< of weights; empty: the last checkpoint of the run
};

/// `path` is a run directory, or a file of weights; the record of its run is beside it, or in the folder
/// above checkpoints/. Throws Error(missing) if there is no such file, or no record in a directory.
TrainedPlace find_trained(const std::string& path);

/// Reads from record.json, which is untrusted, what a prediction needs. Throws Error(data).
RecordedColumns read_columns(const std::filesystem::path& run);

/// A network with its trained weights.
struct TrainedModel {
  std::unique_ptr<Model> model;
  std::string file;  ///< of the weights
  int step = -1;     ///< the last update; below 0: the file does not say
};

/// The weights of a run, for inputs of this shape. Skips damaged checkpoints of a run directory, and names
/// them on stderr. Throws Error(data) if the inputs or the file do not fit the recorded model, and
/// Error(missing) if the run has no weights yet.
TrainedModel trained_model(const TrainedPlace& place, const Manifest& record, const Shape& example);

/// Number of outputs of the recorded model.
Index recorded_outputs(const Manifest& record);

}  // namespace sand::experiments
