// Models by description: "mlp:18-256-256-2".
#pragma once

#include <memory>
#include <string>

#include "autograd/domain_gradients.h"
#include "autograd/parameters.h"
#include "nn/mlp.h"

namespace sand::experiments {

/// A network and its weights, which live and move together.
struct Model {
  std::string description;  ///< "mlp:18-256-256-2"
  Shape example;            ///< of one input, without n
  Parameters parameters;
  Network network;
};

std::unique_ptr<Model> make_mlp(const nn::MlpOptions& options, const Shape& example, std::uint64_t seed);

/// "mlp:IN-HIDDEN-...-OUT" with 1 to 32 layers of at most 2^20 numbers each. Throws Error(usage).
std::unique_ptr<Model> make_model(const std::string& description, nn::Activation activation, std::uint64_t seed);

/// "relu", "leaky_relu" or "tanh". Throws Error(usage) with a did-you-mean.
nn::Activation activation_named(const std::string& name);

}  // namespace sand::experiments
