// Models in a user's words: "cnn:conv32,relu,norm8,mean", "mlp:64-64,tanh,dropout0.1". docs/training.md has
// the grammar.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/setup/models.h"
#include "nn/layer.h"

namespace sand::experiments {

/// Whether a name of a model is such a text: it begins with "cnn:" or "mlp:", in any case.
bool is_model_text(const std::string& name);

/// The text as it was understood.
struct ModelText {
  std::string text;           ///< spelled as here, in lower case: the name of the model in record.json
  bool is_mlp = false;        ///< else the layers hold
  std::vector<Index> hidden;  ///< widths
  std::optional<nn::Activation> activation;  ///< nothing: the protocol's
  double dropout = 0;                        ///< after every hidden layer
  std::vector<nn::Layer> layers;             ///< of a cnn
};

/// Throws Error(usage) naming the part that is wrong, with what is known and a suggestion.
ModelText parse_model_text(const std::string& text);

/// What data and protocol add to such a text.
struct ModelSetting {
  Shape example = {};
  Index outputs = 0;
  nn::Activation activation = nn::Activation::relu;  ///< of an mlp, unless the text names one
  nn::Initializer initializer = nn::Initializer::pytorch;
  kernels::ConvolutionMethod convolution = kernels::ConvolutionMethod::winograd;
};

/// The number of weights, without allocating any. Throws Error(usage) for layers that do not fit.
double weights_of(const ModelText& model, const ModelSetting& setting);

/// Throws what weights_of throws. Its description is the text with the sizes: "cnn:...:2x28x28-2".
std::unique_ptr<Model> make_model(const ModelText& model, const ModelSetting& setting, std::uint64_t seed);

}  // namespace sand::experiments
