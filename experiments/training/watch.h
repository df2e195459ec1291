// Every step checks losses, gradients, weights and Adam's moments for NaN and infinity; an error says where
// one began.
#pragma once

#include "autograd/domain_gradients.h"
#include "optim/adam.h"
#include "optim/combiner.h"

namespace sand::experiments {

/// An update whose direction has been computed, while no weight has moved yet.
struct WatchedUpdate {
  const DomainGradients& engine;
  const Batch& batch;
  const Objective& objective;
  const GradientTable& gradients;
  const optim::Combiner& combiner;
  const optim::Direction& direction;
};

/// Throws Error(non_finite) unless the direction is finite, which it is only if every gradient of every
/// domain is: what DomainGradients::check_every_op says, or, where the method made it of finite gradients,
/// the weight and its gradients.
void check_direction(const WatchedUpdate& update);

/// Moves the weights. Throws Error(non_finite) naming the first weight that is not finite afterwards, or
/// whose moments are not, with all that Adam made it of.
void move_weights(const WatchedUpdate& update, optim::Adam& adam, Parameters& parameters,
                  const Threads& threads);

}  // namespace sand::experiments
