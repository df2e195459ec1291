// A small network and batches for it, for tests of the engine.
#pragma once

#include <vector>

#include "autograd/domain_gradients.h"
#include "nn/mlp.h"
#include "tests/autograd/leaves.h"

namespace sand::testing {

/// `rows` random examples of every domain: [rows, inputs], two classes.
inline Batch random_batch(const std::vector<Index>& rows, Index inputs) {
  Batch batch;
  Random random(3);
  for (const Index n : rows) {
    DomainRows domain;
    domain.inputs = random_tensor(
        {n, inputs}, static_cast<std::uint64_t>(100 + n + static_cast<Index>(batch.domains.size())));
    for (Index i = 0; i < n; ++i) {
      domain.labels.push_back(static_cast<std::int32_t>(random.below(2)));
      domain.examples.push_back(static_cast<std::uint32_t>(i));
    }
    batch.domains.push_back(std::move(domain));
  }
  return batch;
}

/// Five inputs, two layers, two classes.
struct SmallMlp {
  Parameters parameters;
  nn::Mlp net;
  explicit SmallMlp(double dropout = 0, nn::Activation activation = nn::Activation::tanh)
      : net(parameters,
            {.inputs = 5, .hidden = {17, 3}, .outputs = 2, .activation = activation, .dropout = dropout},
            Random(1)) {}
};

inline std::vector<Scalar> rows_and_losses(const GradientTable& g) {
  std::vector<Scalar> numbers;
  for (int e = 0; e < g.domains(); ++e) numbers.insert(numbers.end(), g.row(e).begin(), g.row(e).end());
  for (const double loss : g.losses()) numbers.push_back(static_cast<Scalar>(loss));
  return numbers;
}

}  // namespace sand::testing
