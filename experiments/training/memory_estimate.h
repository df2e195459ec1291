// The peak memory of `sandgrad train`, estimated before it begins.
#pragma once

#include <string>

#include "experiments/training/training.h"

namespace sand::experiments {

/// In bytes. A run holds all of these at once, except loading and decoders.
struct MemoryEstimate {
  double program = 0;      ///< before anything is read
  double data = 0;         ///< the data set
  double weights = 0;      ///< weights, copies and forms, the optimizer's state, direction and mask
  double gradients = 0;    ///< a row for every shard of a batch
  double activations = 0;  ///< the batch, and the tiles of all threads in the network
  double passing = 0;      ///< temporary, such as a checkpoint while it is written
  double loading = 0;      ///< peak while the data set is read
  double decoders = 0;     ///< in addition, the processes that decode photos

  /// Call it after the data set is read.
  void measure_data();
  /// Estimates before the network exists: no activations, and weights only of an MLP, from its widths.
  void foresee(const Settings& settings, const domains::DataSet& data);
  /// Estimates for a run at its first step. Runs one tile through its network on one thread, as in training
  /// and in evaluation.
  void foresee(const Training& run, const Threads& threads, bool checkpoints);

  double steps() const;  ///< peak after the data set is read
  double peak() const;
  /// "about 183 MB (program 12, data 57, weights and moments 12, gradients 34, activations 64, checkpoint 4)"
  std::string text() const;
};

/// Throws Error(resources) if the process needs more than available_memory().
void check_fits(const MemoryEstimate& memory, const Threads& threads);

}  // namespace sand::experiments
