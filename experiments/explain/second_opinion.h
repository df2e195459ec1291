// A second opinion on some updates of a run: the same settings, data and state, in double and with the plain
// loops.
#pragma once

#include <filesystem>

#include "experiments/training/training.h"

namespace sand::experiments {

/// Updates of this program, written down for `sandgrad64`, which stands beside it.
class SecondOpinion {
 public:
  SecondOpinion();  ///< throws Error(missing) where there is no sandgrad64, Error(io) where no temporary
                    ///< folder can be made
  ~SecondOpinion();
  SecondOpinion(const SecondOpinion&) = delete;
  SecondOpinion& operator=(const SecondOpinion&) = delete;

  /// What the run was before its last update, and the gradients of that update.
  void add(const TrainingState& before, const Training& after);

  /// Makes the updates again there, and prints for each tensor the worst disagreement; returns the exit code.
  int ask(const std::string& run, const std::string& data_dir) const;

 private:
  std::filesystem::path program_, folder_;
};

/// The other side: prints, for each update in the folder and each tensor, the largest |g - g'| over all
/// domains and weights, relative to the largest |g'| of the tensor, where g' are the gradients of this
/// program.
void give_second_opinion(const std::filesystem::path& folder, Training& run);

}  // namespace sand::experiments
