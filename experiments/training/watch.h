// Every step checks losses, gradients, weights and the optimizer's state for NaN and infinity. The error says
// where the first one appeared.
#pragma once

#include "autograd/domain_gradients.h"
#include "optim/combiner.h"
#include "optim/optimizers/optimizer.h"

namespace sand::experiments {

/// An update after its direction is computed and before any weight moves.
struct WatchedUpdate {
  const DomainGradients& engine;
  const Batch& batch;
  const Objective& objective;
  const GradientTable& gradients;
  const optim::Combiner& combiner;
  const optim::Direction& direction;
};

/// Throws Error(non_finite) unless the direction is finite. It is finite only if every gradient of every
/// domain is. The error is that of DomainGradients::check_every_op. If the method turned finite gradients
/// into a number that is not finite, the error names the weight and its gradients.
void check_direction(const WatchedUpdate& update);

/// Moves the weights. Throws Error(non_finite) naming the first weight that is no longer finite, or whose
/// state is not, with all inputs of the optimizer.
void move_weights(const WatchedUpdate& update, optim::Optimizer& optimizer, Parameters& parameters,
                  const Threads& threads);

}  // namespace sand::experiments
