// A fully connected layer.
#pragma once

#include <string>

#include "autograd/ops/linear.h"
#include "autograd/parameters.h"
#include "nn/initialize.h"

namespace sand::nn {

/// y = x w^T + b with slots NAME.weight [out, in] and NAME.bias [out].
class Linear {
 public:
  /// Adds name.weight [outputs, inputs] and name.bias [outputs].
  Linear(Parameters& parameters, const std::string& name, Index inputs, Index outputs,
         Initializer initializer, Random& random)
      : weight_(parameters.add(name + ".weight", {outputs, inputs})),
        bias_(parameters.add(name + ".bias", {outputs})) {
    initialize(initializer, parameters[weight_], parameters[bias_], random);
  }

  /// x [n, in] -> [n, out]. Throws Error(usage) if x does not fit.
  Var operator()(Var x, Here here = Here::at()) const {
    const Var w = x.tape().parameter(weight_);
    const Var b = x.tape().parameter(bias_);
    return linear(x, w, b, here);
  }

 private:
  Slot weight_, bias_;
};

}  // namespace sand::nn
