// One layer of a network that a list of layers describes, as a value: its kind and its numbers.
#pragma once

#include <string>

#include "tensor/scalar.h"

namespace sand::nn {

struct Layer {
  enum class Kind {
    conv,  ///< convolution with zeros around the image: at stride 1 the image keeps its size
    relu,
    leaky_relu,  ///< slope 0.01 below 0
    tanh,
    sigmoid,
    norm,       ///< group normalisation
    max_pool,   ///< over windows that do not overlap; so is mean_pool
    mean_pool,  ///< a border that fills no window is left out
    mean,       ///< over all pixels: an image becomes a vector, a number for each channel
    flatten,    ///< an image becomes a vector: rows, columns, channels
    linear,
    dropout
  } kind = Kind::relu;
  Index size = 0;    ///< channels of conv, groups of norm, width of a window, outputs of linear
  Index kernel = 3;  ///< height and width of conv's filters, odd
  Index stride = 1;  ///< of conv
  double rate = 0;   ///< of dropout, in [0, 1)

  std::string text() const;  ///< "conv32", "conv32x5/2", "norm8", "dropout0.1"
  bool operator==(const Layer&) const = default;
};

/// The name of a kind: "conv", "maxpool".
const char* name_of(Layer::Kind kind);

}  // namespace sand::nn
