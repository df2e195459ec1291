// How a run optimizes, beyond the protocol of a paper.
#pragma once

#include <string>
#include <vector>

namespace sand::experiments {

struct Settings;

/// The defaults are those of all runs that were made before these settings existed.
struct Recipe {
  std::string optimizer = "protocol";    ///< a name in optim::optimizers(), or the protocol's
  std::string schedule = "protocol";     ///< of the learning rate: a name in schedule_names()
  int warmup_steps = 0;                  ///< the learning rate rises in a line, before any schedule
  std::vector<int> decay_at = {};        ///< steps
  double decay_factor = 0.1;             ///< of the learning rate, at each of them
  double final_lr = 0;                   ///< of a cosine
  double clip_norm = 0, clip_value = 0;  ///< of the combined direction, see optim::ClipOptions
  int early_stop = 0;                    ///< evaluations without a better held-out score; 0: never
  std::string class_weights;             ///< "", "balanced", or a number for each class: "1,2.5"
  bool balanced = false;                 ///< draw every class of a domain equally often
  bool operator==(const Recipe&) const = default;
};

const std::vector<std::string>& schedule_names();

/// The recipe of settings whose other values are resolved, with its words as they are spelled here. Throws
/// Error(usage) for settings that contradict each other, or have no effect together.
Recipe resolve_recipe(const Settings& settings);

/// The numbers of "1,2.5"; none for "" and "balanced". Throws Error(usage) for any other text.
std::vector<double> class_weight_numbers(const std::string& text);

}  // namespace sand::experiments
