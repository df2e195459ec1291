// Activation functions.
#pragma once

#include "autograd/ops/leaky_relu.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/sigmoid.h"
#include "autograd/ops/tanh.h"

namespace sand::nn {

enum class Activation { relu, leaky_relu, tanh, sigmoid };

/// `slope` is the slope of leaky_relu below 0.
inline Var activate(Var x, Activation activation, double slope = 0.01, Here here = Here::at()) {
  switch (activation) {
    case Activation::leaky_relu: return leaky_relu(x, static_cast<Scalar>(slope), here);
    case Activation::tanh: return tanh(x, here);
    case Activation::sigmoid: return sigmoid(x, here);
    case Activation::relu: break;
  }
  return relu(x, here);
}

}  // namespace sand::nn
