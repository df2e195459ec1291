// The operations of one pass, in the order they ran. Backward walks the list in reverse: this is all of
// reverse-mode automatic differentiation. Only one thread uses a tape, and it does not know domains.
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autograd/arena.h"
#include "autograd/op.h"
#include "autograd/parameters.h"
#include "autograd/plan.h"
#include "autograd/prepared_weights.h"
#include "autograd/sides.h"
#include "tensor/tensor.h"

namespace sand {

class Tape;

/// A handle to one value on a tape; cheap to copy, valid until the tape starts again.
class Var {
 public:
  Tape& tape() const { return *tape_; }  ///< the tape that it is on
  int index() const { return index_; }   ///< of its entry, from 0
  TensorView value() const;              ///< of the entry, until the tape starts again
  const Shape& shape() const;            ///< of the value
  TensorView gradient() const;  ///< of a leaf, after backward: d loss / d this; empty if nothing flowed here

 private:
  friend class Tape;
  Var(Tape* tape, int index) : tape_(tape), index_(index) {}
  Tape* tape_;
  int index_;
};

/// A list of operations. Start it, apply operations, then walk it backward.
class Tape {
 public:
  /// Starts a new pass over these parameters. Gradients are added to `gradient_row` [parameters.size()];
  /// without a row the pass is a prediction. With a plan, it reuses the memory of values; without one, it
  /// keeps them all. With `sides`, it keeps or holds those of kinks. All arguments must outlive it.
  void start(const Parameters& parameters, std::span<Scalar> gradient_row = {},
             const PreparedWeights* prepared = nullptr, const Plan* plan = nullptr,
             SidesOfPass* sides = nullptr);

  /// Ends the pass and reserves as much memory as `other` has, so that its passes fit here.
  void make_room_like(const Tape& other);

  /// The plan of the recorded pass, for later ones. The caller reads `output`, so the plan keeps it.
  Plan plan(Var output) const;
  /// Whether all up to `output` was recorded as in the plan of `start`. If not, values may be overwritten.
  bool as_planned(Var output) const;

  Var constant(TensorView value);                       ///< a leaf without a gradient: data
  Var copied(TensorView value);                         ///< likewise, a copy on the tape
  Var variable(TensorView value, TensorSpan gradient);  ///< a leaf whose gradient is added to `gradient`
  Var parameter(const Slot& slot);                      ///< a leaf in the block of parameters

  /// Runs op(inputs...) and records it. Adds `here` to errors of its shape rule.
  template <class Op, class... Inputs>
  Var apply(Op op, Here here, Inputs... inputs);

  /// Adds d (seed . y) / d leaf to the gradient of every leaf; `seed` is shaped as y. Call it once per pass.
  void backward(Var y, TensorView seed);
  /// Adds to d loss / d x before backward() of a later y, for a loss that sees x and y.
  void add_gradient(Var x, TensorView gradient);
  void backward(Var loss);  ///< of a single number, seed 1
  /// The same, but stops after the first op that passes on NaN or infinity and returns its index, else -1.
  int checked_backward(Var loss);

  const TensorView& value(Var x) const { return nodes_[at(x)].value; }        ///< of an entry
  TensorView gradient(Var x) const { return nodes_[at(x)].gradient; }         ///< of a leaf, after backward
  std::span<const SlotForm> missing_forms() const { return missing_forms_; }  ///< made by this pass
  std::size_t bytes() const { return arena_.bytes() + scratch_.bytes(); }     ///< memory held for passes

  /// Recorded; for printing and counting.
  struct Entry {
    OpDoc doc;                  ///< formula card
    std::array<int, 3> inputs;  ///< indices of earlier entries
    int arity;                  ///< number of inputs
    Shape shape;                ///< of the value
    TensorView value;           ///< of the entry
    TensorView gradient;        ///< an op has one only while backward computes it
    Index multiply_adds;        ///< of forward
    const Slot* slot;           ///< of a parameter, else null
    Here here;                  ///< line of source that recorded it
  };
  int size() const { return static_cast<int>(nodes_.size()); }  ///< number of entries
  Entry entry(int index) const;                                 ///< index from 0
  /// Input number `which` of an entry, from 0.
  Var input(Var y, int which) { return Var(this, nodes_[at(y)].inputs[static_cast<std::size_t>(which)]); }
  std::string text() const;      ///< a line per entry: index, op, inputs, shape, formulas, line of source
  int first_non_finite() const;  ///< entry whose value has NaN or infinity, or -1; a plan may hide some

 private:
  static constexpr int kMostInputs = 3;

  struct Node {
    const OpDoc* doc = nullptr;
    void (*backward)(Tape& tape, Node& node) = nullptr;  // null for a leaf
    void* op = nullptr;
    std::array<int, kMostInputs> inputs{};
    int arity = 0;
    bool wanted = false;  // whether a gradient flows through here
    TensorSpan spare;     // the value, if backward does not read it
    TensorView value;
    TensorSpan gradient;
    Index multiply_adds = 0;
    const Slot* slot = nullptr;
    Here here;
  };

  static std::size_t at(Var x) { return static_cast<std::size_t>(x.index()); }
  Var push(const Node& node);
  Var leaf(const OpDoc& doc, TensorView value, TensorSpan gradient, const Slot* slot);
  bool takes_over(int input) const;
  TensorSpan outgoing(int input);
  int walk_back(Var y, TensorView seed, bool checked);
  const Scalar* prepared(int weight, const WeightForm& form);
  void follow_plan(const Node& next);
  bool reads_last(Var input) const;
  TensorSpan room_over(Var input) const;
  void read(Var input, bool needed);

  template <class Op, class... Shapes>
  void lend_scratch(Op& op, const Shapes&... inputs);
  template <class Op, std::size_t... I>
  static void run_backward(Tape& tape, Node& node, std::index_sequence<I...>);

  Arena arena_;
  Arena scratch_;  // of the current op
  std::vector<Node> nodes_;
  const Parameters* parameters_ = nullptr;
  std::span<Scalar> gradient_row_;
  const PreparedWeights* prepared_ = nullptr;
  const Plan* plan_ = nullptr;  // null after the first entry that differs from it
  SidesOfPass* sides_ = nullptr;
  std::vector<SlotForm> missing_forms_;
};

inline TensorView Var::value() const { return tape_->value(*this); }
inline const Shape& Var::shape() const { return tape_->value(*this).shape(); }
inline TensorView Var::gradient() const { return tape_->gradient(*this); }

}  // namespace sand

#include "autograd/apply.h"
