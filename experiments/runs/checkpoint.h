// Checkpoints: the state of a run, in files that Python can read. A file with a flipped bit is rejected.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autograd/parameters.h"
#include "experiments/setup/settings.h"
#include "experiments/training/training.h"
#include "optim/optimizers/optimizer.h"
#include "tensor/directory.h"

namespace sand::experiments {

struct Checkpoint {
  TrainingState state;
  /// Mean accuracy on the held-out parts of the training domains; NaN if it was not measured with these
  /// weights.
  double score = std::numeric_limits<double>::quiet_NaN();
};

/// A safetensors file with the weights under their names and the optimizer's state as in `sandgrad step`:
/// adam_m.NAME, adam_v.NAME and adam_t. Metadata: step, settings (hash), numerics, chain, loss_sum, losses,
/// moved, score, sha256, and carried if the combiner carries numbers, best_score, best_step and waited with
/// --early-stop. sha256 is the hash of the whole file with 64 zeros in its place. Runs with equal settings
/// write equal files.
std::vector<std::byte> checkpoint_bytes(const Checkpoint& checkpoint, const Parameters& parameters,
                                        const optim::StateLayout& layout, const std::string& settings);

/// "checkpoint: damaged, or from another run".
Error damaged_checkpoint(const std::string& source, const std::string& why);

/// Throws Error(data) unless the file contains the hash of its own bytes.
void check_checkpoint_hash(std::span<const std::byte> file, const std::string& source);

/// The numbers that a combiner carries, with spaces between them.
std::string carried_text(const std::vector<double>& carried);

/// Parses such a file. Throws Error(data) unless every bit is as written, with this arithmetic, in a run with
/// these settings (hash).
Checkpoint parse_checkpoint(std::span<const std::byte> file, const std::string& source,
                            const Parameters& parameters, const optim::StateLayout& layout,
                            const std::string& settings);

/// The folder with the checkpoints of one run. step-000300.safetensors is the state after the update of step
/// 300. Keeps the last two, because one may be damaged, and the one with the highest score. The score counts
/// only if a held-out part exists: the best on training examples is no better than the last.
class Checkpoints {
 public:
  /// Files must fit these settings and parameters.
  Checkpoints(const Directory& folder, const Settings& settings, const Parameters& parameters);
  /// For reading. A missing folder has no checkpoints. Throws Error(io) for a folder that cannot be opened.
  Checkpoints(const std::filesystem::path& folder, const Settings& settings, const Parameters& parameters);

  std::vector<int> steps() const;              ///< of the existing files, ascending; throws Error(io)
  std::filesystem::path file(int step) const;  ///< for messages
  Checkpoint read(int step) const;             ///< throws what parse_checkpoint and InputFile throw

  /// The last readable checkpoint for which `usable` does not throw an Error. Skips every other file and
  /// reports it to `damaged`. A skipped file stays until the run has passed its step again. Throws Error(io)
  /// for a file that the disk cannot read.
  std::optional<Checkpoint> last(
      const std::function<void(const Checkpoint&)>& usable,
      const std::function<void(const std::string& file, const std::string& why)>& damaged);

  /// Of a run with --early-stop: the state after its best record, best.safetensors. The other functions
  /// ignore it.
  bool has_best() const;
  Checkpoint read_best() const;                  ///< throws what read throws
  void keep_best(const Checkpoint& checkpoint);  ///< replaces it atomically; throws what keep throws

  /// Writes a checkpoint atomically, then removes those that are no longer kept. Throws Error(io), and
  /// Error(non_finite) for numbers that no run could continue from. The other checkpoints still exist then.
  void keep(const Checkpoint& checkpoint);

 private:
  struct Kept {
    int step;
    double score;
  };
  Checkpoint read(const std::string& name) const;
  void write(const std::string& name, const Checkpoint& checkpoint);
  void remove_old();  // keeps the last two, the best, and files of later steps
  std::filesystem::path path_;
  std::optional<Directory> folder_;
  std::string settings_;  // hash
  optim::StateLayout layout_;
  const Parameters& parameters_;
  std::vector<Kept> kept_;  // known to be intact, ascending
};

}  // namespace sand::experiments
