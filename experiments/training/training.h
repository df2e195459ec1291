// One run, from data to trained weights: its updates and its records.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/training/recorder.h"
#include "experiments/training/update_loop.h"

namespace sand::experiments {

/// What a run has come to.
struct TrainingState : UpdateState, RecorderState {
  bool operator==(const TrainingState&) const = default;
};

class Training {
 public:
  /// `data` must outlive it. Throws what UpdateLoop throws.
  Training(const Settings& settings, const domains::DataSet& data, const Threads& threads)
      : loop_(settings, data, threads), recorder_(loop_, threads) {}

  const UpdateLoop& loop() const { return loop_; }
  int step() const { return loop_.step(); }
  bool finished() const { return loop_.finished(); }

  void update(const std::function<void()>& look = {});  ///< the next one, see UpdateLoop
  bool record_due() const { return recorder_.due(); }
  Record record() { return recorder_.record(); }  ///< only where one is due

  TrainingState save() const { return {loop_.save(), recorder_.state()}; }  ///< only where no record is due
  /// Throws Error(data) for a state that no run of these settings could have reached.
  void restore(const TrainingState& state);
  std::unique_ptr<Model> take_model() { return loop_.take_model(); }  ///< the end of this run

 private:
  UpdateLoop loop_;
  Recorder recorder_;
};

struct Outcome {
  std::unique_ptr<Model> model;
  std::vector<int> training;  ///< numbers of the domains that were trained on
  Record last;
  int steps = 0;  ///< updates made
  bool interrupted = false;
  std::optional<std::string> never_learned;  ///< why, if masks or weights show that nothing was learned
  std::string fingerprint;                   ///< of the final weights
};

/// What the caller wants to hear; any may be empty.
struct TrainingEvents {
  std::function<void(const Record&)> record;
  std::function<void(int step, double loss)> step;
  std::function<bool()> stop;  ///< asked after every step; true ends the run
  /// the step's record, or null; whether the run is to end
  std::function<void(const Record*, bool stop)> end_of_step;
};

/// The updates and records that are left of a run, in their order. -> the last record that it made. Throws
/// what update() throws.
std::optional<Record> run_to_end(Training& run, const TrainingEvents& events);

/// A whole run. Throws what Training throws.
Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads,
              const TrainingEvents& events);

}  // namespace sand::experiments
