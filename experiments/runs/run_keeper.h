// Keeps a run for `sandgrad train`: writes the run directory, prints, and resumes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "experiments/runs/checkpoint.h"
#include "experiments/runs/manifest.h"
#include "experiments/runs/rank_report.h"
#include "experiments/runs/run_directory.h"
#include "experiments/training/training.h"

namespace sand::experiments {

struct RunKeeperOptions {
  std::string output_dir;  ///< "": keep nothing
  bool fresh = false, no_lock = false;
  int checkpoint_every = 0;  ///< steps; 0: at every evaluation
  bool json = false;         ///< records on stdout are JSON lines
  bool quiet = false;        ///< prints nothing to stdout
  bool silent = false;       ///< nor to stderr, except about damaged files
  bool tensorboard = false;  ///< writes an event file for TensorBoard, too
  /// Called with each record, after it is kept.
  std::function<void(const Training&, const Record&)> on_record = nullptr;
};

/// Call the functions in this order: finished(), open(), claim(), begin(), then record() and end_of_step() in
/// the loop, end(). Of several ranks, only rank 0 has a keeper.
class RunKeeper {
 public:
  /// Reads the manifest of a run to resume, or to continue with more steps. Throws Error(busy) if its
  /// settings differ otherwise, and what read_manifest throws.
  RunKeeper(const Settings& settings, const RunKeeperOptions& options);

  /// Whether the directory holds this run and the run is finished; prints a message if so. Only reads: the
  /// disk may be read-only.
  bool finished() const;
  /// Locks a directory that holds a run. Throws what RunDirectory throws.
  void open();
  /// Creates and locks any other directory, and writes or compares the manifest. Makes a run longer
  /// (lengthen). Throws what RunDirectory, check_same_inputs and lengthen throw.
  void claim(const Training& run, const Threads& threads, int ranks = 1);
  /// Prints a description of the run, and resumes it from its last usable checkpoint. Throws what Checkpoints
  /// throws.
  void begin(Training& run, const Threads& threads, int ranks = 1);

  void record(const Training& run, const Record& record);
  /// Saves a checkpoint if one is due or the run stops. Uses the scores of `record`, if there is one.
  void end_of_step(const Training& run, const Record* record, bool stop);
  /// Prints the last table and writes the last files of a finished run.
  void end(const Training& run, const std::optional<Record>& last);
  /// Prints what several ranks cost, and adds it to record.json.
  void note_ranks(const RankReport& report);
  /// Adds to an error about NaN or infinity which checkpoint to go back to.
  void tell_kept(Error& error) const;

 private:
  std::optional<Manifest> recorded() const;
  void say(const std::string& text);   // to stdout, and to out.txt
  void note(const std::string& text);  // to stderr, and to out.txt
  void resume(Training& run);

  const Settings& settings_;
  const RunKeeperOptions options_;
  std::optional<Manifest> recorded_;
  std::optional<RunDirectory> directory_;
  std::optional<Checkpoints> checkpoints_;
};

}  // namespace sand::experiments
