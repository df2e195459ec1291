// How the tape records and runs an op; op.h describes the parts of an op. Included by tape.h alone.
#pragma once

#include <new>
#include <type_traits>

#include "autograd/tape.h"

namespace sand {

template <class Op, class... Inputs>
Var Tape::apply(Op op, Here here, Inputs... inputs) {
  constexpr std::size_t kInputs = sizeof...(Inputs);
  static_assert(kInputs <= kMostInputs && std::is_trivially_copyable_v<Op> &&
                std::is_trivially_destructible_v<Op>);
  Op* const kept = new (arena_.take(sizeof(Op))) Op(op);
  Node node;
  node.doc = &Op::doc;
  node.backward = [](Tape& tape, Node& self) {
    run_backward<Op>(tape, self, std::make_index_sequence<kInputs>());
  };
  node.op = kept;
  node.inputs = {inputs.index()...};
  node.arity = static_cast<int>(kInputs);
  node.wanted = (nodes_[at(inputs)].wanted || ...);
  node.here = here;
  try {
    follow_plan(node);
    const Shape shape = kept->shape(inputs.shape()...);
    TensorSpan over;
    if constexpr (requires { Op::in_place; }) over = room_over(inputs...);
    const TensorSpan y = over ? over : arena_.tensor(shape);
    if constexpr (requires { kept->saved; })
      kept->saved = arena_.tensor(kept->saved_shape(inputs.shape()...));
    if constexpr (requires { kept->sides; })
      if (sides_ != nullptr) kept->sides = sides_->next(shape.size());
    if constexpr (requires { kept->prepared; })
      kept->prepared = prepared(node.inputs[1], kept->form(inputs.shape()..., node.wanted));
    if constexpr (requires { kept->multiply_adds(inputs.shape()...); })
      node.multiply_adds = kept->multiply_adds(inputs.shape()...);
    lend_scratch(*kept, inputs.shape()...);
    kept->forward(inputs.value()..., y);
    node.value = y;

    // Frees values that neither a later op nor backward reads. In a prediction, each value is freed after its
    // last reader.
    bool needs_value = node.wanted, needs_input[] = {(static_cast<void>(inputs), node.wanted)...};
    if constexpr (requires { Op::backward_ignores_output; }) needs_value = false;
    if constexpr (requires { kept->spares_input(inputs.shape()...); })
      needs_input[0] &= !kept->spares_input(inputs.shape()...);
    if constexpr (requires { Op::in_place; }) needs_input[0] = static_cast<bool>(over);  // y overwrote it
    if (!needs_value) node.spare = y;
    const bool* needed = needs_input;
    (read(inputs, *needed++), ...);
    if constexpr (requires { kept->saved; })
      if (!node.wanted && plan_ != nullptr) arena_.spare(kept->saved);
  } catch (Error& error) {
    throw error.at(here);
  }
  return push(node);
}

template <class Op, class... Shapes>
void Tape::lend_scratch(Op& op, const Shapes&... inputs) {
  if constexpr (requires { op.scratch; }) {
    scratch_.clear();
    op.scratch = scratch_.tensor(op.scratch_shape(inputs...));
  }
}

template <class Op, std::size_t... I>
void Tape::run_backward(Tape& tape, Node& node, std::index_sequence<I...>) {
  Op& op = *static_cast<Op*>(node.op);
  const auto input = [&](std::size_t i) -> Node& {
    return tape.nodes_[static_cast<std::size_t>(node.inputs[i])];
  };
  tape.lend_scratch(op, input(I).value.shape()...);
  if constexpr (requires { &Op::backward_in_place; })
    if (tape.takes_over(node.inputs[0])) {
      input(0).gradient = std::exchange(node.gradient, {});
      return op.backward_in_place(input(I).value..., node.value, tape.outgoing(node.inputs[I])...);
    }
  op.backward(input(I).value..., node.value, node.gradient, tape.outgoing(node.inputs[I])...);
}

}  // namespace sand
