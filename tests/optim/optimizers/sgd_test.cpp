#include "optim/optimizers/sgd.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tensor/random.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

namespace {

constexpr long double kEps = std::numeric_limits<Scalar>::epsilon();

Parameters block_of(const std::vector<Scalar>& numbers) {
  Parameters parameters;
  parameters.add("w", {static_cast<Index>(numbers.size())});
  std::copy(numbers.begin(), numbers.end(), parameters.numbers().begin());
  return parameters;
}

Direction towards(const std::vector<Scalar>& values, const std::vector<Scalar>& mask) {
  const Shape shape{static_cast<Index>(values.size())};
  return {Tensor(shape, values), Tensor(shape, mask)};
}

/// The algorithm of torch.optim.SGD from its documentation, in long double, with dampening 0.
struct PlainSgd {
  long double p, b = 0;
  int t = 0;
  void step(long double g, const SgdOptions& o) {
    const long double rate = o.learning_rate, momentum = o.momentum, decay = o.weight_decay;
    if (o.decay == WeightDecay::coupled)
      g += decay * p;
    else
      p -= rate * decay * p;
    if (momentum != 0) {
      b = t > 0 ? momentum * b + g : g;
      g = o.nesterov ? g + momentum * b : b;
    }
    p -= rate * g;
    ++t;
  }
};

const SgdOptions kForms[] = {{.learning_rate = 0.02, .weight_decay = 0.1},
                             {.learning_rate = 0.02, .momentum = 0.8, .weight_decay = 0.1},
                             {.learning_rate = 0.02, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true}};

}  // namespace

TEST_CASE("SGD in its three forms follows PyTorch's documentation, with coupled and with decoupled decay") {
  for (SgdOptions options : kForms)
    for (const WeightDecay decay : {WeightDecay::coupled, WeightDecay::decoupled}) {
      options.decay = decay;
      Random random(1);
      constexpr std::size_t kWeights = 3000;
      std::vector<Scalar> start(kWeights), g(kWeights);
      for (Scalar& x : start) x = static_cast<Scalar>(random.normal());
      Parameters parameters = block_of(start);
      std::vector<PlainSgd> plain;
      for (const Scalar x : start) plain.push_back({x});
      Sgd sgd(parameters, options);
      CAPTURE(sgd.name());
      for (int step = 0; step < 50; ++step) {
        for (std::size_t j = 0; j < kWeights; ++j) {
          g[j] = static_cast<Scalar>(random.normal());
          plain[j].step(g[j], options);
        }
        CHECK(sgd.step(parameters, towards(g, std::vector<Scalar>(kWeights, 1))));
      }
      long double worst = 0;
      for (std::size_t j = 0; j < kWeights; ++j)
        worst = std::max(worst, std::fabs(parameters.numbers()[j] - plain[j].p));
      CHECK_MESSAGE(worst < 50 * kEps, static_cast<double>(worst / kEps) << " epsilon");
      CHECK(sgd.steps() == 50);
    }
}

TEST_CASE("A mask of 0 holds a weight under mask_update, while its momentum goes on") {
  for (SgdOptions options : kForms)
    for (const bool mask_update : {false, true}) {
      options.mask_update = mask_update;
      Parameters parameters = block_of({1, 1});
      Sgd sgd(parameters, options);
      sgd.step(parameters, towards({1, 1}, {1, 1}));
      const Scalar before = parameters.numbers()[0];
      const Scalar buffer = options.momentum > 0 ? sgd.momentum()[0] : Scalar{0};
      sgd.step(parameters, towards({0, 1}, {0, 1}));
      CHECK((parameters.numbers()[0] == before) == mask_update);
      CHECK(parameters.numbers()[1] < before);
      if (options.momentum > 0) CHECK(sgd.momentum()[0] < buffer);
    }
}

TEST_CASE("SGD has a block of state only with momentum, and its names say which form wrote it") {
  const Parameters parameters = block_of({1, 1});
  CHECK(Sgd(parameters, kForms[0]).layout().blocks.empty());
  CHECK(Sgd(parameters, kForms[0]).layout().steps() == "sgd_t");
  CHECK(Sgd(parameters, kForms[1]).layout().prefix(0) == "momentum_b.");
  CHECK(Sgd(parameters, kForms[2]).layout().prefix(0) == "nesterov_b.");
  CHECK_FALSE(Sgd(parameters, kForms[0]).momentum());
}

TEST_CASE("A step of SGD reports a weight or a momentum that is not finite") {
  constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
  for (SgdOptions options : kForms) {
    Parameters parameters = block_of({1, 1});
    CHECK_FALSE(Sgd(parameters, options).step(parameters, towards({0, infinity}, {1, 1})));
    options.mask_update = true;  // the weight stays, the momentum does not
    parameters = block_of({1, 1});
    CHECK(Sgd(parameters, options).step(parameters, towards({0, infinity}, {1, 0})) ==
          (options.momentum == 0));
  }
}

TEST_CASE("Nesterov's form without momentum is refused") {
  const Parameters parameters = block_of({1});
  CHECK_THROWS_WITH_AS(Sgd(parameters, {.nesterov = true}),
                       "SGD: momentum must be above 0 for Nesterov's form\n    found 0", Error);
}
