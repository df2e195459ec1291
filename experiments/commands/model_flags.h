// The flags of subcommands that make a model without a run.
#pragma once

#include <memory>
#include <string>

#include "experiments/commands/command_line.h"
#include "experiments/setup/models.h"

namespace sand::experiments {

struct ModelFlags {
  std::string model, activation = "relu", convolution = "winograd";

  void add(Command& command) {
    command
        .option(
            "--model", model,
            "network: mlp:18-256-256-2, MNIST_CNN:2x28x28-2, SmallCNN:3x64x64-7, or layers with their sizes: "
            "cnn:conv8,relu,mean:3x64x64-7")
        .required();
    command.option("--convolution", convolution,
                   "algorithm of 3 x 3 convolutions: winograd or direct (default winograd)");
    command.option("--activation", activation,
                   "activation: relu, leaky_relu, tanh or sigmoid (default relu)");
  }

  /// Throws Error(usage) for text that names no model, activation or algorithm.
  std::unique_ptr<Model> make() const {
    return make_model(model, activation_named(activation), 0, convolution_named(convolution));
  }
};

}  // namespace sand::experiments
