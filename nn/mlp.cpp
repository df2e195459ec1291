#include "nn/mlp.h"

#include "autograd/ops/flatten.h"

namespace sand::nn {

Mlp::Mlp(Parameters& parameters, const MlpOptions& options, Random random) : options_(options) {
  std::vector<Index> widths = {options.inputs};
  widths.insert(widths.end(), options.hidden.begin(), options.hidden.end());
  widths.push_back(options.outputs);
  for (const Index width : widths)
    check(width > 0, [&] {
      return Error(Fault::usage, "mlp: every width must be positive").fact("found", std::to_string(width));
    });
  for (std::size_t i = 0; i + 1 < widths.size(); ++i)
    layers_.emplace_back(parameters, "linear" + std::to_string(i), widths[i], widths[i + 1],
                         options.initializer, random);
}

Var Mlp::operator()(Var x, const Draw& draw) const {
  Var y = flatten(x);
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    y = activate(layers_[i](y), options_.activation, options_.slope);
    y = dropout(y, options_.dropout, static_cast<std::uint32_t>(i), draw);
  }
  return layers_.back()(y);
}

}  // namespace sand::nn
