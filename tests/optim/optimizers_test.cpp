// The laws of all optimizers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "optim/optimizers/optimizer_card.h"
#include "tensor/random.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

namespace {

constexpr Index kMany = 20'001;  // of several tasks, no multiple of a piece

Parameters normal_weights(Index count, std::uint64_t seed) {
  Parameters parameters;
  parameters.add("w", {count});
  Random random(seed);
  for (Scalar& x : parameters.numbers()) x = static_cast<Scalar>(random.normal());
  return parameters;
}

Direction normal_direction(Index count, std::uint64_t seed) {
  Direction direction{Tensor({count}), Tensor({count})};
  Random random(seed);
  for (Index j = 0; j < count; ++j) {
    direction.values.span()[j] = static_cast<Scalar>(random.normal());
    direction.mask.span()[j] = static_cast<Scalar>(random.below(2));
  }
  return direction;
}

bool same(std::span<const Scalar> a, std::span<const Scalar> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::vector<std::vector<Scalar>> saved(const Optimizer& optimizer) {
  std::vector<std::vector<Scalar>> blocks;
  for (const StateBlock& block : optimizer.state()) {
    const std::span<const Scalar> numbers = block.numbers.view().numbers();
    blocks.emplace_back(numbers.begin(), numbers.end());
  }
  return blocks;
}

const OptimizerOptions kAll[] = {
    {.learning_rate = 0.03, .weight_decay = 0.1},
    {.learning_rate = 0.03, .weight_decay = 0.1, .decay = WeightDecay::decoupled},
    {.learning_rate = 0.03, .weight_decay = 0.1, .mask_update = true},
    {.learning_rate = 0.03, .weight_decay = 0.1, .decay = WeightDecay::decoupled, .mask_update = true}};

/// For every optimizer with every kind of options.
template <class Law>
void for_all(const Law& law) {
  for (const OptimizerCard& card : optimizers())
    for (const OptimizerOptions& options : kAll) {
      CAPTURE(card.name);
      law([&](const Parameters& parameters) { return card.make(parameters, {}, options); });
    }
}

}  // namespace

TEST_CASE("The number of threads changes no bit of a weight, for every optimizer") {
  for_all([](const auto& make) {
    Parameters expected = normal_weights(kMany, 1);
    const auto alone = make(expected);
    for (std::uint64_t step = 0; step < 3; ++step)
      alone->step(expected, normal_direction(kMany, step), Threads(1));
    for (const int threads : {2, 5}) {
      Parameters found = normal_weights(kMany, 1);
      const auto optimizer = make(found);
      for (std::uint64_t step = 0; step < 3; ++step)
        optimizer->step(found, normal_direction(kMany, step), Threads(threads));
      CHECK(same(expected.numbers(), found.numbers()));
    }
  });
}

TEST_CASE("An optimizer resumed from a saved state goes on with the same bits, for every optimizer") {
  for_all([](const auto& make) {
    Parameters one = normal_weights(50, 2), two = one;
    const auto whole = make(one), first = make(two), second = make(two);
    for (std::uint64_t step = 0; step < 6; ++step) {
      const Direction direction = normal_direction(50, step);
      whole->step(one, direction);
      if (step == 3) second->resume(saved(*first), first->steps());
      (step < 3 ? *first : *second).step(two, direction);
    }
    CHECK(same(one.numbers(), two.numbers()));
    CHECK(second->steps() == 6);
    CHECK(saved(*second) == saved(*whole));
  });
}

TEST_CASE("An explanation has the bits of the step, for every optimizer, weight and step") {
  for_all([](const auto& make) {
    Parameters parameters = normal_weights(40, 3);
    const auto optimizer = make(parameters);
    for (std::uint64_t step = 0; step < 4; ++step) {
      const Direction direction = normal_direction(40, step);
      std::vector<Terms> told;
      for (Index j = 0; j < 40; ++j)
        told.push_back(optimizer->explain(j, parameters.numbers()[static_cast<std::size_t>(j)],
                                          direction.values.view()[j], direction.mask.view()[j]));
      const std::vector<Scalar> before(parameters.numbers().begin(), parameters.numbers().end());
      optimizer->step(parameters, direction);
      for (std::size_t j = 0; j < 40; ++j) {
        CHECK(told[j].scalar("weight") == before[j]);
        CHECK(told[j].scalar("after") == parameters.numbers()[j]);
        for (const StateBlock& block : optimizer->state())
          CHECK(told[j].scalar(block.name) == block.numbers.view()[static_cast<Index>(j)]);
      }
    }
  });
}

TEST_CASE("A restarted optimizer is like a new one, for every optimizer") {
  for_all([](const auto& make) {
    Parameters parameters = normal_weights(9, 4);
    const auto used = make(parameters), fresh = make(parameters);
    used->step(parameters, normal_direction(9, 1));
    used->restart();
    CHECK(used->steps() == 0);
    Parameters one = parameters, two = parameters;
    used->step(one, normal_direction(9, 2));
    fresh->step(two, normal_direction(9, 2));
    CHECK(same(one.numbers(), two.numbers()));
  });
}

TEST_CASE("New rates hold from the next step on, for every optimizer") {
  for (const OptimizerCard& card : optimizers()) {
    CAPTURE(card.name);
    Parameters one = normal_weights(9, 5), two = one;
    const auto changed = card.make(one, {}, {.learning_rate = 0.5}),
               made = card.make(two, {}, {.learning_rate = 0.01, .weight_decay = 0.2});
    changed->set_rates(0.01, 0.2);
    CHECK(changed->learning_rate() == 0.01);
    changed->step(one, normal_direction(9, 6));
    made->step(two, normal_direction(9, 6));
    CHECK(same(one.numbers(), two.numbers()));
  }
}

TEST_CASE("A state with other blocks, another length or numbers that are not finite is refused") {
  for (const OptimizerCard& card : optimizers()) {
    CAPTURE(card.name);
    const Parameters parameters = normal_weights(2, 1);
    const auto optimizer = card.make(parameters, {}, {});
    const std::size_t blocks = optimizer->state().size();
    const std::vector<std::vector<Scalar>> good(blocks, {1, 1});
    CHECK_THROWS_WITH_AS(optimizer->resume(std::vector<std::vector<Scalar>>(blocks + 1, {1, 1}), 1),
                         doctest::Contains("a list of numbers for each block of the state is needed"), Error);
    CHECK_THROWS_AS(optimizer->resume(good, -1), Error);
    for (std::size_t block = 0; block < blocks; ++block) {
      std::vector<std::vector<Scalar>> bad = good;
      bad[block][1] = std::numeric_limits<Scalar>::infinity();
      CHECK_THROWS_AS(optimizer->resume(bad, 1), Error);
      bad[block] = {1};
      CHECK_THROWS_AS(optimizer->resume(bad, 1), Error);
    }
    CHECK(optimizer->steps() == 0);
  }
}

TEST_CASE("AdamW is Adam with decoupled decay, to the last bit") {
  Parameters one = normal_weights(20, 7), two = one;
  const auto adamw = optimizer_named("AdamW").make(one, {}, {.weight_decay = 0.3}),
             adam = optimizer_named("adam").make(two, {},
                                                 {.weight_decay = 0.3, .decay = WeightDecay::decoupled});
  for (std::uint64_t step = 0; step < 3; ++step) {
    adamw->step(one, normal_direction(20, step));
    adam->step(two, normal_direction(20, step));
  }
  CHECK(same(one.numbers(), two.numbers()));
}

TEST_CASE("A card passes its hyper-parameters on, and refuses those out of range") {
  const Parameters parameters = normal_weights(2, 1);
  for (const OptimizerCard& card : optimizers())
    for (const HparamRule& rule : card.hparams) {
      CAPTURE(card.name);
      CAPTURE(rule.name);
      CHECK_THROWS_AS(card.make(parameters, {{rule.name, -0.5}}, {}), Error);
      Parameters one = normal_weights(9, 8), two = one;
      const auto standard = card.make(one, {}, {.learning_rate = 0.1}),
                 other = card.make(two, {{rule.name, 0.25}}, {.learning_rate = 0.1});
      for (std::uint64_t step = 0; step < 2; ++step) {
        standard->step(one, normal_direction(9, step));
        other->step(two, normal_direction(9, step));
      }
      CHECK_FALSE(same(one.numbers(), two.numbers()));
    }
  CHECK_THROWS_WITH_AS(optimizer_named("nestrov"), doctest::Contains("did you mean nesterov?"), Error);
}

TEST_CASE("Tensors of any optimizer's state are known by their names") {
  for (const char* name : {"adam_m.linear0.weight", "adam_t", "sgd_t", "momentum_b.w", "nesterov_b.w"})
    CHECK(is_state_of_optimizer(name));
  for (const char* name : {"linear0.weight", "adam", "momentum.weight", ""})
    CHECK_FALSE(is_state_of_optimizer(name));
}
