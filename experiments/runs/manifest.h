// record.json: what a run was made with and from. Whoever has it and the data files can make the run again,
// bit by bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/parameters.h"
#include "domains/domain.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"
#include "tensor/threads.h"

namespace sand::experiments {

/// A file that a data set was read from.
struct DataFile {
  std::string name;  ///< seen from --data-dir: "mnist/train-images-idx3-ubyte.gz"
  std::uint64_t size = 0;
  std::string sha256;
  bool operator==(const DataFile&) const = default;
};

/// What decides the bits of a run; record.json holds more, for people.
struct Manifest {
  Settings settings;
  int numerics = 0;              ///< kNumericsVersion of the program that made the run
  std::string number;            ///< "float" or "double"
  std::vector<DataFile> files;   ///< of the data; none if it was generated
  std::vector<Slot> parameters;  ///< where each tensor of weights lies in the block
};

/// What this program would make of these settings. Reads the data's files once more, for their hashes.
Manifest manifest(const Settings& settings, const domains::DataSet& data, const Parameters& parameters);

/// The text of record.json: the record, version and commit of the program, compiler and flags, kernels,
/// threads, CPU, domains.
std::string record_json(const Manifest& record, const domains::DataSet& data, const Threads& threads);

/// Reads record.json, which may have come from anybody. Throws Error(data) naming what is wrong, and what
/// InputFile throws.
Manifest read_manifest(const std::string& path);

/// Throws Error(busy), flag by flag, unless this program can go on with the recorded run under these
/// settings.
void check_same_run(const Manifest& recorded, const Settings& asked);
/// Throws Error(data) naming the first data file that is not the recorded one, or the first tensor of
/// weights.
void check_same_inputs(const Manifest& recorded, const Manifest& found);

}  // namespace sand::experiments
