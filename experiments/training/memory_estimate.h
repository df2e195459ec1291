// How much memory `sandgrad train` will hold at its peak, told before it begins.
#pragma once

#include <string>

#include "experiments/training/training.h"

namespace sand::experiments {

/// In bytes, what is held at once in the course of a run.
struct MemoryEstimate {
  double program = 0;      ///< before anything was read
  double data = 0;         ///< the data set
  double weights = 0;      ///< weights with their copies and forms, Adam's moments, direction and mask
  double gradients = 0;    ///< a row for every shard of a batch
  double activations = 0;  ///< the batch, and the tiles that all threads pass through the network
  double passing = 0;      ///< now and then on top of it: a checkpoint being written
  double loading = 0;      ///< the most that was held while the data set was read
  double decoders = 0;     ///< and on top of it by the processes that decoded photos

  /// To be called when the data set is there.
  void measure_data();
  /// Before there is a network: without activations, and with the weights of an MLP only, which its widths
  /// tell.
  void foresee(const Settings& settings, const domains::DataSet& data);
  /// Of a run at its first step. Passes one tile through its network on one thread, as training and
  /// evaluation will.
  void foresee(const Training& run, const Threads& threads, bool checkpoints);

  double steps() const;  ///< the most that is held once the data set is there
  double peak() const;
  /// "about 183 MB (program 12, data 57, weights and moments 12, gradients 34, activations 64, checkpoint 4)"
  std::string text() const;
};

/// Throws Error(resources) if the process would have to take more than available_memory().
void check_fits(const MemoryEstimate& memory, const Threads& threads);

}  // namespace sand::experiments
