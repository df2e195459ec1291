// Models by description: "mlp:18-256-256-2", "MNIST_CNN:2x28x28-2", "SmallCNN:3x64x64-7".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/domain_gradients.h"
#include "autograd/parameters.h"
#include "nn/cnn.h"
#include "nn/mlp.h"

namespace sand::experiments {

/// A network and its weights in one object.
struct Model {
  std::string description;  ///< "mlp:18-256-256-2"
  Shape example;            ///< shape of one input, without axis n
  Index tile_rows;          ///< rows whose activations fit a core's cache: DomainGradientsOptions, Evaluation
  Index outputs;            ///< numbers per row of the output
  Parameters parameters;
  Network network;
};

/// Rows of a tile of a convolutional network. Few rows keep the values of a few layers in the caches; many
/// rows read the filters less often. 4 to 16 are equally fast.
constexpr Index kImagesInTile = 8;

/// "MLP", "MNIST_CNN", "SmallCNN".
const std::vector<std::string>& model_names();

std::unique_ptr<Model> make_mlp(const nn::MlpOptions& options, const Shape& example, std::uint64_t seed);

/// A convolutional network by its name in model_names(), for images [c, h, w].
struct CnnRequest {
  std::string name;
  Shape image;
  Index outputs = 0;
  nn::Activation activation = nn::Activation::relu;
  nn::Initializer initializer = nn::Initializer::pytorch;
  double dropout = 0;
  kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd;
};
std::unique_ptr<Model> make_cnn(const CnnRequest& request, std::uint64_t seed);

/// "mlp:IN-HIDDEN-...-OUT" with 1 to 32 layers of at most 2^20 numbers each, "NAME:CxHxW-CLASSES" of a
/// convolutional network, or a text of model_text.h with its sizes: "cnn:conv8,relu,mean:3x64x64-7",
/// "mlp:64-64,tanh:18-2". Throws Error(usage).
std::unique_ptr<Model> make_model(
    const std::string& description, nn::Activation activation, std::uint64_t seed,
    kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd);

/// "relu", "leaky_relu", "tanh" or "sigmoid". Throws Error(usage) with a suggestion.
nn::Activation activation_named(const std::string& name);
const char* activation_name(nn::Activation activation);

/// "direct" or "winograd". Throws Error(usage) with a suggestion.
kernels::ConvolutionMethod convolution_named(const std::string& name);

}  // namespace sand::experiments
