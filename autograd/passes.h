// Passes of one network: owns the tapes, the forms of the weights, and the plan from a dry run.
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

/// A dry run of one row finds the forms of weights that the network reads and the last reader of each value.
/// All later passes share the forms and reuse memory. A network should record the same ops in every pass; a
/// pass that differs is recorded a second time, without a plan.
class Passes {
 public:
  /// Creates tapes for `workers` threads. `parameters` and everything `network` refers to must outlive this
  /// object.
  Passes(Network network, const Parameters& parameters, int workers);

  bool ready() const { return plan_.output >= 0; }  ///< whether a dry run was done
  /// A pass over one row x [1, ...]. With a gradient row, which is not written, later passes may compute
  /// gradients.
  void dry_run(TensorView x, const Draw& draw, std::span<Scalar> gradient_row = {});
  /// Makes the forms of the weights' current values; call it once before the passes of a step.
  void prepare(const Threads& threads) { prepared_.prepare(parameters_, threads); }

  /// Records the network for rows x. Gradients are added to `gradient_row`; without one, the pass computes no
  /// gradients. For `sides`, see Tape::start.
  Var forward(Tape& tape, TensorView x, const Draw& draw, std::span<Scalar> gradient_row = {},
              SidesOfPass* sides = nullptr) const;
  const Network& network() const { return network_; }  ///< as given to the constructor
  Tape& tape(int worker) { return tapes_[static_cast<std::size_t>(worker)]; }  ///< of one thread, from 0

  /// Call it after the passes of a step: forms that were missing are prepared from the next step on.
  void note_missing_forms();
  /// Gives every tape as much memory as the largest has, so that a thread that was idle does not allocate
  /// later.
  void make_room();

  std::size_t bytes_of_dry_run() const { return dry_run_; }         ///< memory that the dry run took
  std::size_t bytes_of_forms() const { return prepared_.bytes(); }  ///< memory of the weights' forms

 private:
  Network network_;
  const Parameters& parameters_;
  PreparedWeights prepared_;
  Plan plan_;
  std::size_t dry_run_ = 0;
  std::vector<Tape> tapes_;
};

}  // namespace sand
