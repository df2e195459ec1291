// A convolutional layer.
#pragma once

#include <string>

#include "autograd/ops/conv2d.h"
#include "autograd/parameters.h"
#include "nn/initialize.h"

namespace sand::nn {

/// y = x * w + b with slots NAME.weight [out, in, kernel, kernel] and NAME.bias [out].
class Conv2d {
 public:
  Conv2d(Parameters& parameters, const std::string& name, Index inputs, Index outputs, Index kernel,
         const Conv2dOptions& options, Initializer initializer, Random& random)
      : options_(options),
        weight_(parameters.add(name + ".weight", {outputs, inputs, kernel, kernel})),
        bias_(parameters.add(name + ".bias", {outputs})) {
    initialize(initializer, parameters[weight_], parameters[bias_], random);
  }

  /// x [n, h, w, in] -> [n, h', w', out]. Throws Error(usage) if x does not fit.
  Var operator()(Var x, Here here = Here::at()) const {
    const Var w = x.tape().parameter(weight_);
    const Var b = x.tape().parameter(bias_);
    return conv2d(x, w, b, options_, here);
  }

 private:
  Conv2dOptions options_;
  Slot weight_, bias_;
};

}  // namespace sand::nn
