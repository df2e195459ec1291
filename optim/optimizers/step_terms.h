// Terms that the explanations of all optimizers share.
#pragma once

#include <string>

#include "optim/optimizers/optimizer.h"

namespace sand::optim {

/// The settings of weight decay, and mask_update.
inline void add_decay(Terms& terms, double weight_decay, WeightDecay decay, bool mask_update) {
  const std::string kind = decay == WeightDecay::coupled ? "coupled" : "decoupled";
  terms.setting("weight_decay", "wd", weight_decay, "a setting: weight decay, " + kind);
  terms.word("decay", kind);
  terms.flag("mask_update", mask_update);
}

/// The end of a step.
struct MoveTerms {
  Scalar weight, shrunk, step, after;  ///< shrunk = weight (1 - lr wd) if decay is decoupled
  bool coupled;
  bool held;            ///< mask_update is set and the mask is 0: the weight stays
  const char* formula;  ///< of `step`
};
inline void add_move(Terms& terms, const MoveTerms& move) {
  terms.add_scalar("shrunk", move.coupled ? "" : "w s", move.shrunk, "w (1 - lr wd)");
  terms.add_scalar("step", "step", move.step, move.formula);
  terms.flag("held", move.held);
  terms.add_scalar("after", "w'", move.after,
                   move.held      ? "w: mask_update holds a weight whose mask is 0"
                   : move.coupled ? "w - step, the new weight"
                                  : "w s - step, the new weight");
  terms.add_scalar("movement", "w' - w", move.after - move.weight, "the movement");
}

}  // namespace sand::optim
