// The tensors in the files of an untrusted run, as they are stored: for readers that build no network.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tensor/safetensors.h"

namespace sand::experiments {

/// The steps of the checkpoints in a run directory, ascending; none if there is no folder. Throws Error(io).
std::vector<int> checkpoint_steps(const std::filesystem::path& run);

/// Reads a checkpoint. Throws Error(data) unless it contains the hash of its bytes and is a safetensors file,
/// and what InputFile throws. Its other facts are not compared with the run.
Safetensors read_stored_checkpoint(const std::filesystem::path& file);

struct RecordedWeights {
  Safetensors::Tensors tensors;  ///< by the name of their slot
  std::string file;
};

/// The tensors of weights.safetensors, or, while a run has none, the weights of its last intact checkpoint.
/// Names damaged checkpoints on stderr. Throws Error(missing) if the run has neither, and what
/// Safetensors::read throws.
RecordedWeights recorded_weights(const std::filesystem::path& run);

}  // namespace sand::experiments
