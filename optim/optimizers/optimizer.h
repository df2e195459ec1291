// Moves the weights in a direction: the interface of all optimizers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "autograd/parameters.h"
#include "optim/combiner.h"
#include "optim/terms.h"

namespace sand::optim {

/// The kind of weight decay. With a mask the two kinds differ: coupled decay and momentum can move a closed
/// weight by up to a whole learning rate; decoupled decay only shrinks it.
enum class WeightDecay {
  coupled,    ///< direction + weight_decay * p takes the place of the direction
  decoupled,  ///< p *= 1 - learning_rate * weight_decay before the step
};

/// Numbers that an optimizer keeps from one step to the next, one for each weight.
struct StateBlock {
  const char* name;   ///< in files and formulas: "m"
  const char* about;  ///< "first moment"
  Tensor numbers;     ///< [J]
};

/// Names of an optimizer's state in files: KEY_BLOCK.SLOT for each block and slot, KEY_t for the steps.
struct StateLayout {
  std::string key;                  ///< "adam"
  std::string name;                 ///< "Adam"
  std::vector<std::string> blocks;  ///< "m", "v"

  /// Of a block's names in a file.
  std::string prefix(std::size_t block) const { return key + "_" + blocks[block] + "."; }
  std::string steps() const { return key + "_t"; }  ///< name of the number of updates in a file
};

/// Moves all weights along a direction, and keeps its own state.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual const char* name() const = 0;     ///< in messages: "Adam"
  virtual const char* key() const = 0;      ///< of its state in files, see StateLayout
  virtual const char* formula() const = 0;  ///< of the new weight, for messages

  /// Moves all parameters at once, each by numbers of its own column only. The bits do not depend on
  /// `threads`. Returns whether all weights and all numbers of the state are finite. Throws Error(usage) if
  /// the direction is not as long as the parameters.
  virtual bool step(Parameters& parameters, const Direction& direction,
                    const Threads& threads = Threads()) = 0;

  /// How the next step() moves one weight: the same arithmetic for one column. Among the terms are "weight",
  /// "after" (the new weight) and the new number of each block under its name.
  virtual Terms explain(Index column, Scalar weight, Scalar direction, std::optional<Scalar> mask) const = 0;

  virtual double learning_rate() const = 0;  ///< of the next update
  /// For the next steps: a schedule, or an objective, may change both.
  virtual void set_rates(double learning_rate, double weight_decay) = 0;

  const std::vector<StateBlock>& state() const { return state_; }  ///< blocks of [J]
  std::int64_t steps() const { return steps_; }  ///< t, since the start or the last restart()
  void restart();                                ///< forgets state and steps
  /// Continues from a saved state, one list [J] for each block. Throws Error(usage) for wrong lengths,
  /// Error(data) for numbers that the optimizer cannot reach.
  void resume(const std::vector<std::vector<Scalar>>& blocks, std::int64_t steps);
  StateLayout layout() const;  ///< names of the state in a checkpoint

 protected:
  /// With blocks of zeros, [J] each.
  explicit Optimizer(std::vector<StateBlock> state) : state_(std::move(state)) {}
  /// For resume(): whether finite numbers can be a state of this optimizer, and the rule for its message.
  virtual bool reachable(const std::vector<Tensor>&) const { return true; }
  /// What `resume` demands, for its error.
  virtual const char* rule_of_state() const { return "its numbers must be finite, steps at least 0"; }

  std::vector<StateBlock> state_;  ///< blocks of [J]
  std::int64_t steps_ = 0;         ///< number of updates so far
};

}  // namespace sand::optim
