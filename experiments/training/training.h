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

/// The complete state of a run.
struct TrainingState : UpdateState, RecorderState {
  bool operator==(const TrainingState&) const = default;
};

class Training {
 public:
  /// `data` must outlive it. Several ranks call the same functions with the same arguments, except save().
  /// Throws what UpdateLoop throws.
  Training(const Settings& settings, const domains::DataSet& data, const Threads& threads,
           const Ranks& ranks = {})
      : loop_(settings, data, threads, ranks), recorder_(loop_, threads, ranks) {}

  const UpdateLoop& loop() const { return loop_; }
  int step() const { return loop_.step(); }
  bool finished() const { return loop_.finished() || recorder_.stops(); }
  const EarlyStop& early_stop() const { return recorder_.state().early_stop; }

  void update(const std::function<void()>& look = {});  ///< makes the next update, see UpdateLoop
  bool record_due() const { return recorder_.due(); }
  Record record() { return recorder_.record(); }  ///< only if one is due

  TrainingState save() const { return {loop_.save(), recorder_.state()}; }  ///< only if no record is due
  /// Throws Error(data) for a state that no run with these settings could reach.
  void restore(const TrainingState& state);
  std::unique_ptr<Model> take_model() { return loop_.take_model(); }  ///< ends this run

 private:
  UpdateLoop loop_;
  Recorder recorder_;
};

struct Outcome {
  std::unique_ptr<Model> model;
  std::vector<int> training;  ///< numbers of the training domains
  Record last;
  int steps = 0;  ///< updates made
  bool interrupted = false;
  std::optional<std::string> never_learned;  ///< why, if masks or weights show it
  std::string fingerprint;                   ///< of the final weights
};

/// Callbacks of a run; any may be empty.
struct TrainingEvents {
  std::function<void(const Record&)> record;
  std::function<void(int step, double loss)> step;
  std::function<bool()> stop;  ///< called after every step; true stops the run
  /// the step's record, or nullptr; whether the run stops
  std::function<void(const Record*, bool stop)> end_of_step;
};

/// Makes the remaining updates and records of a run, in order. Returns the last record that it made. Throws
/// what update() throws.
std::optional<Record> run_to_end(Training& run, const TrainingEvents& events);

/// A whole run. Throws what Training throws.
Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads,
              const TrainingEvents& events);

}  // namespace sand::experiments
