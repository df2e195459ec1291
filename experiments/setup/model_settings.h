// The settings of a network and its first weights: rows of settings_table.h.
#pragma once

#include "experiments/setup/setting.h"

namespace sand::experiments {

/// `request` is RunRequest or const RunRequest.
template <class Request, class Row>
void visit_model_settings(Request& request, const Row& row) {
  row({"model", "--model",
       "network: MLP, MNIST_CNN, SmallCNN, layers (mlp:64-64,tanh or cnn:conv32,relu,norm8,mean), or auto: "
       "DomainBed's choice for the data set (default auto)"},
      request.model);
  row({"convolution", "--convolution",
       "algorithm of 3 x 3 convolutions: winograd or direct (default winograd)"},
      request.convolution);
  row(Setting{"init_from", "--init-from,--init_from",
              "safetensors file with the first weights, such as a checkpoint (default: drawn)"}
          .place(),
      request.init_from);
  row({"init_sha256", "", "SHA-256 of the file of --init-from"}, request.init_sha256);
  row(Setting{"init_partial", "--init-partial,--init_partial",
              "take only the tensors of --init-from that fit the model; draw the others"}
          .newer(),
      request.init_partial);
  row(Setting{"freeze", "--freeze",
              "names of parameter tensors that do not move; * and ? stand for any text (default: none)"}
          .newer(),
      request.freeze);
  row({"seed", "--seed", "seed of weights, batches and dropout (default 0)", 0, kLargestSeed}, request.seed);
}

}  // namespace sand::experiments
