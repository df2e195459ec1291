#include "optim/optimizers/adam.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "optim/optimizers/learning_rate.h"
#include "optim/optimizers/sgd.h"
#include "tests/optim/tables.h"
#include "tensor/random.h"

using namespace sand;
using namespace sand::optim;

namespace {

constexpr long double kEpsilon = std::numeric_limits<Scalar>::epsilon();

Parameters parameters_of(const std::vector<Scalar>& numbers) {
  Parameters parameters;
  parameters.add("w", {static_cast<Index>(numbers.size())});
  std::copy(numbers.begin(), numbers.end(), parameters.numbers().begin());
  return parameters;
}

Direction direction_of(const std::vector<Scalar>& values, const std::vector<Scalar>& mask) {
  const Shape shape{static_cast<Index>(values.size())};
  return {Tensor(shape, values), Tensor(shape, mask)};
}

/// Adam written from the paper, in long double.
struct PlainAdam {
  long double p, m = 0, v = 0;
  int t = 0;
  void step(long double g, const AdamOptions& o) {
    ++t;
    if (o.decay == WeightDecay::coupled)
      g += o.weight_decay * p;
    else
      p *= 1 - static_cast<long double>(o.learning_rate) * o.weight_decay;
    m = o.beta1 * m + (1 - static_cast<long double>(o.beta1)) * g;
    v = o.beta2 * v + (1 - static_cast<long double>(o.beta2)) * g * g;
    const long double m_hat = m / (1 - std::pow(static_cast<long double>(o.beta1), t));
    const long double v_hat = v / (1 - std::pow(static_cast<long double>(o.beta2), t));
    p -= o.learning_rate * m_hat / (std::sqrt(v_hat) + o.epsilon);
  }
};

}  // namespace

TEST_CASE("Adam follows the paper, with coupled and with decoupled weight decay") {
  Random random(1);
  for (const WeightDecay decay : {WeightDecay::coupled, WeightDecay::decoupled}) {
    constexpr std::size_t kWeights = 3000;
    const AdamOptions options{
        .learning_rate = 1e-2, .beta1 = 0.8, .beta2 = 0.99, .weight_decay = 0.1, .decay = decay};
    std::vector<Scalar> start(kWeights), g(kWeights);
    for (Scalar& x : start) x = static_cast<Scalar>(random.normal());
    Parameters parameters = parameters_of(start);
    std::vector<PlainAdam> plain;
    for (const Scalar x : start) plain.push_back({x});
    Adam adam(parameters, options);
    for (int step = 0; step < 50; ++step) {
      for (std::size_t j = 0; j < kWeights; ++j) {
        g[j] = static_cast<Scalar>(random.normal() * std::exp2(static_cast<double>(j % 20) - 15));
        plain[j].step(g[j], options);
      }
      adam.step(parameters, direction_of(g, std::vector<Scalar>(kWeights, 1)));
    }
    long double worst = 0;
    for (std::size_t j = 0; j < kWeights; ++j)
      worst = std::max(worst, std::fabs(parameters.numbers()[j] - plain[j].p));
    CHECK_MESSAGE(worst < 50 * kEpsilon, static_cast<double>(worst / kEpsilon) << " epsilon");
    CHECK(adam.steps() == 50);
  }
}

TEST_CASE("Adam's first step is one learning rate long, for any size of the gradient") {
  Parameters parameters = parameters_of({1, 1, 1, 1});
  Adam adam(parameters, {.learning_rate = 0.125, .epsilon = 0});
  adam.step(parameters, direction_of({1e-12f, -1e-3f, 7, 0x1p40f}, {1, 1, 1, 1}));
  for (const std::size_t j : {0u, 2u, 3u}) CHECK(parameters.numbers()[j] == doctest::Approx(0.875));
  CHECK(parameters.numbers()[1] == doctest::Approx(1.125));
}

TEST_CASE("The square root is exact, down to the smallest numbers") {
  // With betas and epsilon 0, one step moves by learning_rate * g / sqrt(g * g): exactly 1 if root and
  // product follow IEEE rounding.
  std::vector<Scalar> g;
  for (sand::Random random(1); g.size() < 1000;) g.push_back(static_cast<Scalar>(random.uniform(0.5, 2)));
  for (int n = -74; n <= 63; ++n) g.push_back(std::ldexp(Scalar{1}, n));
  Parameters parameters = parameters_of(std::vector<Scalar>(g.size(), 0));
  Adam adam(parameters, {.learning_rate = 1, .beta1 = 0, .beta2 = 0, .epsilon = 0});
  adam.step(parameters, direction_of(g, g));
  for (const Scalar p : parameters.numbers()) CHECK(p == -1);
}

TEST_CASE("Momentum and coupled decay move a closed weight, unless mask_update is set") {
  for (const bool mask_update : {false, true}) {
    Parameters parameters = parameters_of({1, 1});
    Adam adam(parameters, {.learning_rate = 0.1, .weight_decay = 0.01, .mask_update = mask_update});
    adam.step(parameters, direction_of({1, 1}, {1, 1}));
    const Scalar before = parameters.numbers()[0], moment = adam.first_moment()[0];
    adam.step(parameters, direction_of({0, 1}, {0, 1}));
    CHECK((parameters.numbers()[0] == before) == mask_update);
    CHECK(parameters.numbers()[1] < before);
    CHECK(adam.first_moment()[0] < moment);
  }
}

TEST_CASE("Adam resumed from a saved state gives the same bits as without a stop") {
  Random random(2);
  Parameters one = parameters_of(std::vector<Scalar>(100, 1)), two = one;
  Adam whole(one), first(two), second(two);
  for (int step = 0; step < 6; ++step) {
    std::vector<Scalar> g(100);
    for (Scalar& x : g) x = static_cast<Scalar>(random.normal());
    const Direction direction = direction_of(g, g);
    whole.step(one, direction);
    if (step == 3)
      second.resume(first.first_moment().numbers(), first.second_moment().numbers(), first.steps());
    (step < 3 ? first : second).step(two, direction);
  }
  CHECK(std::equal(one.numbers().begin(), one.numbers().end(), two.numbers().begin()));
}

TEST_CASE("A step reports whether weights and moments are finite, for every position and every thread") {
  constexpr Scalar most = std::numeric_limits<Scalar>::max(),
                   infinity = std::numeric_limits<Scalar>::infinity();
  const Index last = 40'000;  // of three tasks
  for (const int threads : {1, 3})
    for (const Index j : {Index{0}, Index{1023}, Index{1024}, Index{20'000}, last}) {
      const auto steps_well = [&](const AdamOptions& options, Scalar g, Scalar p = 1) {
        std::vector<Scalar> start(static_cast<std::size_t>(last + 1), 1), direction(start.size(), 1),
            open(start.size(), 1);
        start[static_cast<std::size_t>(j)] = p;
        direction[static_cast<std::size_t>(j)] = g;
        open[static_cast<std::size_t>(j)] = 0;
        Parameters parameters = parameters_of(start);
        return Adam(parameters, options).step(parameters, direction_of(direction, open), Threads(threads));
      };
      CHECK(steps_well({}, 1));
      CHECK(steps_well({}, std::sqrt(most)));
      CHECK_FALSE(steps_well({}, infinity));
      CHECK_FALSE(steps_well({.mask_update = true}, -infinity));  // the weight stays, the moments do not
      CHECK_FALSE(steps_well({}, std::numeric_limits<Scalar>::quiet_NaN()));
      CHECK_FALSE(steps_well({}, most));           // v overflows, and the weight stays where it is
      CHECK_FALSE(steps_well({.epsilon = 0}, 0));  // 0 / 0
      CHECK_FALSE(steps_well({.learning_rate = static_cast<double>(most), .epsilon = 0}, 1, -most));
    }
}

TEST_CASE("A state that Adam cannot reach is refused") {
  Parameters parameters = parameters_of({1, 1});
  Adam adam(parameters);
  const std::vector<Scalar> good = {1, 1}, negative = {1, -1},
                            nan = {std::numeric_limits<Scalar>::quiet_NaN(), 1}, wrong = {1};
  CHECK_THROWS_AS(adam.resume(good, negative, 1), Error);
  CHECK_THROWS_AS(adam.resume(nan, good, 1), Error);
  CHECK_THROWS_AS(adam.resume(wrong, good, 1), Error);
  CHECK_THROWS_AS(adam.resume(good, good, -1), Error);
  CHECK(adam.steps() == 0);
}

TEST_CASE("The state before the first step can be saved and resumed") {
  Parameters parameters = parameters_of({1, 1});
  Adam adam(parameters);
  adam.step(parameters, direction_of({1, 1}, {1, 1}));
  const std::vector<Scalar> zero = {0, 0};
  adam.resume(zero, zero, 0);
  CHECK(adam.steps() == 0);
  CHECK((adam.second_moment().array() == 0).all());
}

TEST_CASE("The number of threads changes no bit of the parameters") {
  Random random(3);
  std::vector<Scalar> g(70'001);
  for (Scalar& x : g) x = static_cast<Scalar>(random.normal());
  const Direction direction = direction_of(g, g);
  Parameters expected = parameters_of(g);
  Adam alone(expected, {.weight_decay = 0.1});
  for (int step = 0; step < 2; ++step) alone.step(expected, direction, Threads(1));
  for (const int threads : {2, 3, 4, 7}) {
    Parameters found = parameters_of(g);
    Adam adam(found, {.weight_decay = 0.1});
    for (int step = 0; step < 2; ++step) adam.step(found, direction, Threads(threads));
    CHECK(std::equal(expected.numbers().begin(), expected.numbers().end(), found.numbers().begin()));
  }
}

TEST_CASE("Stochastic gradient descent with momentum sums a geometric series") {
  Parameters parameters = parameters_of({10, 10});
  Sgd sgd(parameters, {.learning_rate = 0.5, .momentum = 0.5});
  for (int step = 0; step < 4; ++step) sgd.step(parameters, direction_of({1, -2}, {1, 1}));
  // b = 1, 1.5, 1.75, 1.875: all exact in binary
  CHECK(parameters.numbers()[0] == Scalar(10 - 0.5 * 6.125));
  CHECK(parameters.numbers()[1] == Scalar(10 + 0.5 * 12.25));
  CHECK(sgd.momentum()[0] == Scalar(1.875));
}

TEST_CASE("Weight decay alone shrinks a weight by the same factor every step") {
  Parameters parameters = parameters_of({1});
  Sgd sgd(parameters, {.learning_rate = 0.5, .weight_decay = 0.5});
  for (int step = 0; step < 3; ++step) sgd.step(parameters, direction_of({0}, {0}));
  CHECK(parameters.numbers()[0] == Scalar(0.421875));  // 0.75^3
}

TEST_CASE("An optimizer refuses a direction of another length and options outside their range") {
  Parameters parameters = parameters_of({1, 1});
  Adam adam(parameters);
  CHECK_THROWS_WITH_AS(adam.step(parameters, direction_of({1}, {1})),
                       "Adam: parameters and direction must be as long as the optimizer's state\n"
                       "    parameters 2\n"
                       "    direction  1\n"
                       "    state      2",
                       Error);
  CHECK_THROWS_WITH_AS(Adam(parameters, {.beta2 = 1}), "Adam: beta2 must be in [0, 1)\n    found 1", Error);
  CHECK_THROWS_AS(Adam(parameters, {.learning_rate = -1}), Error);
  CHECK_THROWS_AS(Sgd(parameters, {.momentum = std::numeric_limits<double>::quiet_NaN()}), Error);
}

TEST_CASE("An optimizer refuses parameters of another length than its own") {
  Parameters parameters = parameters_of({1, 1}), longer = parameters_of({1, 1, 1});
  const Direction direction = direction_of({1, 1}, {1, 1});
  CHECK_THROWS_AS(Adam(parameters).step(longer, direction), Error);
  CHECK_THROWS_AS(Sgd(parameters).step(longer, direction), Error);
}

TEST_CASE("The learning rate falls at its step, and the optimizer uses the new one") {
  const StepDecay decay{.initial = 0.5, .at = 2, .factor = 0.5};
  CHECK(decay(1) == 0.5);
  CHECK(decay(2) == 0.25);
  CHECK(ConstantRate{.rate = 0.5}(1000) == 0.5);
  Parameters parameters = parameters_of({0});
  Sgd sgd(parameters);
  for (int step = 0; step < 4; ++step) {
    sgd.options.learning_rate = decay(step);
    sgd.step(parameters, direction_of({1}, {1}));
  }
  CHECK(parameters.numbers()[0] == Scalar(-1.5));
}
