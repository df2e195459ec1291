// Group normalisation with a weight and a bias for each channel.
#pragma once

#include <string>

#include "autograd/ops/group_norm.h"
#include "autograd/parameters.h"

namespace sand::nn {

/// Slots NAME.weight [c], all 1 at first, and NAME.bias [c], all 0.
class GroupNorm {
 public:
  GroupNorm(Parameters& parameters, const std::string& name, Index channels, Index groups)
      : groups_(groups),
        weight_(parameters.add(name + ".weight", {channels})),
        bias_(parameters.add(name + ".bias", {channels})) {
    parameters[weight_].array() = 1;
  }

  /// x [n, h, w, c] -> the same shape. Throws Error(usage) unless the groups divide the channels.
  Var operator()(Var x, Here here = Here::at()) const {
    const Var weight = x.tape().parameter(weight_);
    const Var bias = x.tape().parameter(bias_);
    return group_norm(x, weight, bias, groups_, 1e-5, here);
  }

 private:
  Index groups_;
  Slot weight_, bias_;
};

}  // namespace sand::nn
