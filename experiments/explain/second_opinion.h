// Repeats some updates of a run in double with the plain loops, from the same settings, data and state.
#pragma once

#include <filesystem>

#include "experiments/training/training.h"

namespace sand::experiments {

/// Updates of this program, written for `sandgrad64`, which is in the same folder.
class SecondOpinion {
 public:
  SecondOpinion();  ///< throws Error(missing) without sandgrad64, Error(io) if no temporary folder can be
                    ///< made
  ~SecondOpinion();
  SecondOpinion(const SecondOpinion&) = delete;
  SecondOpinion& operator=(const SecondOpinion&) = delete;

  /// Adds the state of the run before its last update, and the gradients of that update.
  void add(const TrainingState& before, const Training& after);

  /// Repeats the updates in sandgrad64 and prints the largest difference for each tensor. Returns the exit
  /// code.
  int ask(const std::string& run, const std::string& data_dir) const;

 private:
  std::filesystem::path program_, folder_;
};

/// Runs in sandgrad64. Prints, for each update in the folder and each tensor, the largest |g - g'| over all
/// domains and weights, relative to the largest |g'| of the tensor. g' are the gradients of this program.
void give_second_opinion(const std::filesystem::path& folder, Training& run);

}  // namespace sand::experiments
