// Checkpoints: the state of a run, in files that Python reads. A file with a flipped bit is refused.
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
#include "tensor/directory.h"

namespace sand::experiments {

struct Checkpoint {
  TrainingState state;
  /// Mean accuracy on the held-out parts of the training domains; NaN where it was not measured with these
  /// weights.
  double score = std::numeric_limits<double>::quiet_NaN();
};

/// A safetensors file: the weights under their names, adam_m.NAME, adam_v.NAME, adam_t as `sandgrad step` has
/// them, and as metadata step, settings (hash), numerics, chain, loss_sum, losses, moved, score, and sha256:
/// that of the whole file with 64 zeros in its place. Runs of equal settings make equal files.
std::vector<std::byte> checkpoint_bytes(const Checkpoint& checkpoint, const Parameters& parameters,
                                        const std::string& settings);

/// Reads them. Throws Error(data) unless every bit is what was written, by this arithmetic, in a run of these
/// settings (hash).
Checkpoint parse_checkpoint(std::span<const std::byte> file, const std::string& source,
                            const Parameters& parameters, const std::string& settings);

/// The folder that holds those of one run: step-000300.safetensors is what there is after the update of step
/// 300. Kept are the last two, so that one may be damaged, and the one with the highest score. By score
/// alone, and only where a held-out part exists: the best on training examples is no better than the last.
class Checkpoints {
 public:
  /// The run's settings and parameters say what fits.
  Checkpoints(const Directory& folder, const Settings& settings, const Parameters& parameters);
  /// To be read; without such a folder there are none. Throws Error(io) for a folder that cannot be opened.
  Checkpoints(const std::filesystem::path& folder, const Settings& settings, const Parameters& parameters);

  std::vector<int> steps() const;              ///< of the files that are there, ascending; throws Error(io)
  std::filesystem::path file(int step) const;  ///< for messages
  Checkpoint read(int step) const;             ///< throws what parse_checkpoint and InputFile throw

  /// The last one that can be read and that `usable` does not throw an Error about; `damaged` hears of every
  /// other file, which is passed over and not removed before the run has come past its step again. Throws
  /// Error(io) for one that the disk does not give.
  std::optional<Checkpoint> last(
      const std::function<void(const Checkpoint&)>& usable,
      const std::function<void(const std::string& file, const std::string& why)>& damaged);

  /// Writes one, in one step, then removes those that are kept no longer. Throws Error(io), and
  /// Error(non_finite) for numbers from which no run could go on; the others are still there then.
  void keep(const Checkpoint& checkpoint);

 private:
  struct Kept {
    int step;
    double score;
  };
  void remove_old();  // all but the last two and the best, and what lies after them
  std::filesystem::path path_;
  std::optional<Directory> folder_;
  std::string settings_;  // hash
  const Parameters& parameters_;
  std::vector<Kept> kept_;  // that are known to be whole, ascending
};

}  // namespace sand::experiments
