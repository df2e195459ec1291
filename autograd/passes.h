// Passes of one network: the one place that owns tapes, forms of weights and what a dry run learned.
#pragma once

#include <functional>
#include <vector>

#include "autograd/ops/dropout.h"
#include "autograd/prepared_weights.h"
#include "autograd/tape.h"
#include "tensor/threads.h"

namespace sand {

/// A model as a function: records outputs [n, ...] for inputs x [n, ...]. Row i of the outputs depends on row
/// i of x only.
using Network = std::function<Var(Var x, const Draw& draw)>;

/// A dry run of one row finds out which forms of weights the network reads and which op reads a value last;
/// all later passes share the forms and use memory again. A network should record the same ops in every pass:
/// one that does not is recorded a second time, without a plan.
class Passes {
 public:
  /// Tapes for `workers` threads. `parameters` and what `network` refers to must outlive it.
  Passes(Network network, const Parameters& parameters, int workers);

  bool ready() const { return plan_.output >= 0; }  ///< whether there was a dry run
  /// Of one row x [1, ...]. With a gradient row, which is not written, later passes may be differentiated.
  void dry_run(TensorView x, const Draw& draw, std::span<Scalar> gradient_row = {});
  /// Makes the forms of the weights' present values: once before the passes of a step.
  void prepare(const Threads& threads) { prepared_.prepare(parameters_, threads); }

  /// Records the network for rows x. Gradients are added to `gradient_row`; without one, nothing is
  /// differentiated.
  Var forward(Tape& tape, TensorView x, const Draw& draw, std::span<Scalar> gradient_row = {}) const;
  const Network& network() const { return network_; }
  Tape& tape(int worker) { return tapes_[static_cast<std::size_t>(worker)]; }

  /// After the passes of a step: forms that were missing are known from the next step on.
  void note_missing_forms();
  /// Gives every tape as much memory as the largest has: a thread that was idle must not allocate later.
  void make_room();

  std::size_t bytes_of_dry_run() const { return dry_run_; }
  std::size_t bytes_of_forms() const { return prepared_.bytes(); }

 private:
  Network network_;
  const Parameters& parameters_;
  PreparedWeights prepared_;
  Plan plan_;
  std::size_t dry_run_ = 0;
  std::vector<Tape> tapes_;
};

}  // namespace sand
