// One run from its settings to its files: what `sandgrad train`, a worker of a sweep and a user's program do.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "domains/domain.h"
#include "experiments/runs/run_keeper.h"
#include "experiments/setup/settings.h"
#include "tensor/ranks.h"
#include "tensor/threads.h"

namespace sand::experiments {

struct KeptOutcome {
  bool finished = false;  ///< false: a signal stopped it after a checkpoint
  bool before = false;    ///< its directory held the finished run already, and nothing was done
  int steps = 0;          ///< updates made, also before this process
  std::optional<std::string> never_learned;  ///< why, if masks or weights show it; unknown if `before`
  std::optional<Record> last;                ///< of this process
  std::unique_ptr<Model> model = nullptr;    ///< with its last weights; null if `before`
};

/// Trains, prints and keeps a run, or resumes it from its directory. Stops after the current step, with a
/// checkpoint, on the signals of StopSignals. `data` may be shared with other runs and must be
/// data_set_of(settings); null: makes them. Settings come from resolve(), so a user's own combiner, objective
/// and data set are in it by their names. Every rank calls it, and has the outcome; rank 0 alone prints,
/// reads and writes the run directory. Throws what RunKeeper, Training and data_set_of throw, and
/// Error(resources) for a run that does not fit into memory; on several ranks, AgreedFailure for all that
/// happens before the first step, also for ranks that start from different things (same_start.h).
KeptOutcome train_and_keep(const Settings& settings, const RunKeeperOptions& options, const Threads& threads,
                           const domains::DataSet* data = nullptr, const Ranks& ranks = {});

}  // namespace sand::experiments
