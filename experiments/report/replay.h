// Single updates of a recorded run, repeated to look at what its files do not contain: the domains'
// gradients, and mask and agreement of every weight of the first layer.
#pragma once

#include <string>
#include <vector>

#include "experiments/explain/layer_explanation.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// One update, after so many others.
struct MeasuredStep {
  int updates = 0;
  int domains = 0;                ///< E, of the training domains: at most kMostCosines
  std::vector<double> cosines;    ///< [E, E] between their gradients; NaN if one is 0
  std::vector<Scalar> weights;    ///< of the first layer, before the update
  std::vector<double> mask;       ///< of these weights; empty if the method has none
  std::vector<double> agreement;  ///< of these weights
};
constexpr int kMostCosines = 32;

/// The first parameter tensor with at least two axes; null if there is none.
const Slot* first_layer(const Parameters& parameters);

struct ReplayOptions {
  bool whole = false;  ///< always repeat the whole run, not only a small one
};

/// Measures the first update and those after each readable checkpoint. A small run (at most 3e10
/// multiplications in dense layers), and with `whole` any, is repeated up to its last checkpoint and measured
/// at 12 updates. `run` is at its first step, and somewhere afterwards. Throws what Training::update throws.
std::vector<MeasuredStep> replay(Training& run, const Checkpoints& checkpoints, const ReplayOptions& options,
                                 const Threads& threads);

/// Gives `run` the weights of its last readable checkpoint, and names the damaged ones in `notes`. Returns
/// the number of updates; 0 without a readable checkpoint.
int go_to_end(Training& run, const Checkpoints& checkpoints, std::vector<std::string>& notes);

}  // namespace sand::experiments
