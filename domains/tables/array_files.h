// Reads the tensors of Arrays: from one safetensors file, or from a folder with a .npy file for each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "domains/tables/arrays.h"

namespace sand::domains {

struct ArrayFiles {
  Arrays tensors;
  std::string name;  ///< of the file or the folder, for messages
  bool is_folder;
  std::vector<std::filesystem::path> files;
};

/// Throws what Safetensors and Npy throw; Error(missing) for a folder that lacks a file; Error(resources),
/// before it reads, if the files take more than `memory` bytes.
ArrayFiles read_array_files(const std::filesystem::path& path, std::uint64_t memory);

/// Throws Error(resources) unless `bytes` fit into memory, with those that an example takes besides its
/// numbers: labels, domains and places, while they are sorted.
void check_array_memory(std::uint64_t bytes, Index examples, const std::string& name, std::uint64_t memory);

}  // namespace sand::domains
