#include "nn/objectives/fish.h"

#include <algorithm>

#include "nn/inner_adam.h"
#include "tensor/sum.h"

namespace sand::nn {

void Fish::fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const {
  const int domains = table.domains();
  const auto columns = static_cast<std::size_t>(table.columns());
  check(at.carried.empty() || at.carried.size() == InnerAdam(columns).state().size(), [&] {
    return Error(Fault::data, "Fish: the carried moments do not fit the network")
        .fact("weights", std::to_string(columns))
        .fact("numbers", std::to_string(at.carried.size()));
  });
  InnerAdam adam = at.carried.empty() ? InnerAdam(columns) : InnerAdam(std::move(at.carried));
  std::vector<Scalar> weights(gradients.weights().begin(), gradients.weights().end()), gradient(columns);
  for (int e = 0; e < domains; ++e) {
    const std::span<Scalar> row = table.row(e);
    table.losses()[static_cast<std::size_t>(e)] = gradients(e, gradients.rows(e), weights, gradient);
    std::copy(weights.begin(), weights.end(), row.begin());
    adam.step(gradient, rate_, decay_, weights);
    for (std::size_t j = 0; j < columns; ++j) row[j] = static_cast<Scalar>(domains) * (row[j] - weights[j]);
  }
  at.carried = adam.state();
  table.penalty = 0;
  table.objective = sum(std::span<const double>(table.losses())) / domains;
}

}  // namespace sand::nn
