// record.json: all inputs of a run. With it and the data files, anyone can repeat the run bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "autograd/parameters.h"
#include "domains/domain.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"
#include "tensor/threads.h"

namespace sand::experiments {

/// A file of a data set.
struct DataFile {
  /// Relative to --data-dir: "mnist/train-images-idx3-ubyte.gz". Without folders: --data-file
  std::string name;
  std::uint64_t size = 0;
  std::string sha256;
  bool operator==(const DataFile&) const = default;
};

/// All that decides the bits of a run. record.json contains more, for people.
struct Manifest {
  Settings settings;
  int numerics = 0;              ///< kNumericsVersion of the program that made the run
  std::string number;            ///< "float" or "double"
  std::vector<DataFile> files;   ///< of the data; none for generated data
  std::vector<Slot> parameters;  ///< position of each weight tensor in the block
};

/// The manifest of this program for these settings. Reads the data files once more to hash them.
Manifest manifest(const Settings& settings, const domains::DataSet& data, const Parameters& parameters);

/// The text of record.json: the manifest, version and commit of the program, compiler and flags, kernels,
/// threads, CPU, domains; of a user's own data and of photos the names of the classes, or of the targets; of
/// a table the inputs with mean and deviation.
std::string record_json(const Manifest& record, const domains::DataSet& data, const Threads& threads);

/// The text of record.json with the ranks that shared the run: their number and, once it is measured, the
/// share of the time that was communication (0 .. 1). Both are on trust: they decide no bit.
std::string with_ranks(const std::string& record_json, int ranks, std::optional<double> communication = {});

/// Reads record.json, which is untrusted. Throws Error(data) naming the problem, and what InputFile throws.
Manifest read_manifest(const std::string& path);

/// Throws Error(busy), flag by flag, unless this program can resume the recorded run with these settings.
void check_same_run(const Manifest& recorded, const Settings& asked);
/// Throws Error(data) naming the first data file or weight tensor that differs from the record.
void check_same_inputs(const Manifest& recorded, const Manifest& found);

}  // namespace sand::experiments
