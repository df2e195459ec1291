// --early-stop: ends a run whose held-out score no longer rises.
#pragma once

#include <string>

namespace sand::experiments {

/// A function of the evaluations so far; a checkpoint keeps it.
struct EarlyStop {
  double best_score = 0;  ///< mean accuracy on the held-out parts of the training domains
  int best_step = -1;     ///< of the record with it, the first one if several are equal; -1: none yet
  int waited = 0;         ///< evaluations since that record

  /// Takes the score of an evaluation.
  void see(double score, int step) {
    if (best_step < 0 || score > best_score)
      *this = {score, step, 0};
    else
      ++waited;
  }
  /// Whether a run with this patience, in evaluations, ends; 0: never.
  bool ends(int patience) const { return patience > 0 && waited >= patience; }
  bool operator==(const EarlyStop&) const = default;
};

}  // namespace sand::experiments
