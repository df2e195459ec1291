#include "nn/layer.h"

#include "tensor/digits.h"

namespace sand::nn {

const char* name_of(Layer::Kind kind) {
  switch (kind) {
    case Layer::Kind::conv: return "conv";
    case Layer::Kind::relu: return "relu";
    case Layer::Kind::leaky_relu: return "leaky_relu";
    case Layer::Kind::tanh: return "tanh";
    case Layer::Kind::sigmoid: return "sigmoid";
    case Layer::Kind::norm: return "norm";
    case Layer::Kind::max_pool: return "maxpool";
    case Layer::Kind::mean_pool: return "meanpool";
    case Layer::Kind::mean: return "mean";
    case Layer::Kind::flatten: return "flatten";
    case Layer::Kind::linear: return "linear";
    case Layer::Kind::dropout: break;
  }
  return "dropout";
}

std::string Layer::text() const {
  std::string text = name_of(kind);
  switch (kind) {
    case Kind::conv:
      text += std::to_string(size);
      if (kernel != 3) text += "x" + std::to_string(kernel);
      if (stride != 1) text += "/" + std::to_string(stride);
      break;
    case Kind::norm:
    case Kind::max_pool:
    case Kind::mean_pool:
    case Kind::linear: text += std::to_string(size); break;
    case Kind::dropout: text += shortest(rate); break;
    default: break;
  }
  return text;
}

}  // namespace sand::nn
