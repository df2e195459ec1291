// Short training runs as hashes. They must be equal on every machine, with every compiler and number of
// threads.
#pragma once

#include <string>

#include "tensor/threads.h"

namespace sand::experiments {

/// 60 steps of an MLP and 20 of MNIST_CNN under ERM, ANDMask and SANDMask, on generated data with small
/// batches. Returns a line "numerics N", a line "float MLP ERM HASH" for each run and one for all. A run's
/// hash covers the losses of every domain in every step, then weights, Adam's two moments, and loss and
/// accuracy on every domain. Takes seconds.
std::string bits(const Threads& threads);

/// The same hash of 2 steps of MNIST_CNN under ERM: convolutions in a second or two, even with plain loops.
std::string cnn_bits(const Threads& threads);

}  // namespace sand::experiments
