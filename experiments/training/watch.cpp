#include "experiments/training/watch.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "experiments/training/weight_name.h"
#include "tensor/digits.h"
#include "tensor/finite.h"

namespace sand::experiments {
namespace {

/// Begins a report on weight j: its name and its gradient in each domain.
Error report(const WatchedUpdate& update, const std::string& rule, const std::string& op, Index j) {
  std::vector<Scalar> gradients;
  for (int domain = 0; domain < update.gradients.domains(); ++domain)
    gradients.push_back(update.gradients.row(domain)[static_cast<std::size_t>(j)]);
  return Error(Fault::non_finite, "step " + std::to_string(update.batch.step) + ": " + rule)
      .fact("first at", op + ", " + weight_name(update.gradients.slots(), j))
      .fact("gradients", "by domain " + range_text(gradients))
      .fact("direction", exact(update.direction.values[j]) + ", of all weights " +
                             range_text(update.direction.values.view().numbers()));
}

constexpr const char* kHint = "a lower learning rate often helps";

}  // namespace

void check_direction(const WatchedUpdate& update) {
  if (update.direction.finite) return;
  update.engine.check_every_op(update.batch, update.objective);
  Index j = 0;
  while (std::isfinite(update.direction.values[j])) ++j;
  Error error =
      report(update, "the direction is not finite, while all gradients are", update.combiner.name(), j);
  if (update.direction.has_mask()) error.fact("mask", exact(update.direction.mask[j]));
  throw error.hint(kHint);
}

void move_weights(const WatchedUpdate& update, optim::Optimizer& optimizer, Parameters& parameters,
                  const Threads& threads) {
  if (optimizer.step(parameters, update.direction, threads)) return;
  const std::span<const Scalar> weights = std::as_const(parameters).numbers();
  const std::vector<optim::StateBlock>& state = optimizer.state();
  const auto broken_block = [&](Index j) {  // the last one: earlier blocks led to it
    return std::find_if(state.rbegin(), state.rend(), [&](const optim::StateBlock& block) {
      return !std::isfinite(block.numbers.view()[j]);
    });
  };
  Index j = 0;
  while (std::isfinite(weights[static_cast<std::size_t>(j)]) && broken_block(j) == state.rend()) ++j;
  const Scalar weight = weights[static_cast<std::size_t>(j)];
  const std::string name = optimizer.name();
  Error error = report(update,
                       std::isfinite(weight) ? name + "'s " + broken_block(j)->about + " is not finite"
                                             : name + " made a weight that is not finite",
                       name, j);
  for (const optim::StateBlock& block : state)
    error.fact(block.name, exact(block.numbers.view()[j]) + ", of all weights " +
                               range_text(block.numbers.view().numbers()));
  throw error.fact("lr", exact(optimizer.learning_rate()))
      .fact("weight", exact(weight) + ", of all weights " + range_text(weights))
      .fact("formula", optimizer.formula())
      .hint(kHint);
}

}  // namespace sand::experiments
