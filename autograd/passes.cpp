#include "autograd/passes.h"

#include <algorithm>

namespace sand {

Passes::Passes(Network network, const Parameters& parameters, int workers)
    : network_(std::move(network)), parameters_(parameters), tapes_(static_cast<std::size_t>(workers)) {}

void Passes::dry_run(TensorView x, const Draw& draw, std::span<Scalar> gradient_row) {
  Tape tape;  // a separate tape, since it holds forms, unlike the other tapes
  tape.start(parameters_, gradient_row);
  plan_ = tape.plan(network_(tape.constant(x), draw));
  prepared_.add(tape.missing_forms());
  dry_run_ = tape.bytes();
}

Var Passes::forward(Tape& tape, TensorView x, const Draw& draw, std::span<Scalar> gradient_row,
                    SidesOfPass* sides) const {
  tape.start(parameters_, gradient_row, &prepared_, &plan_, sides);
  const Var outputs = network_(tape.constant(x), draw);
  if (tape.as_planned(outputs)) return outputs;
  tape.start(parameters_, gradient_row, &prepared_, nullptr, sides);
  return network_(tape.constant(x), draw);
}

void Passes::note_missing_forms() {
  for (const Tape& tape : tapes_) prepared_.add(tape.missing_forms());
}

void Passes::make_room() {
  const auto smaller = [](const Tape& a, const Tape& b) { return a.bytes() < b.bytes(); };
  const Tape& largest = *std::max_element(tapes_.begin(), tapes_.end(), smaller);
  for (Tape& tape : tapes_)
    if (&tape != &largest) tape.make_room_like(largest);
}

}  // namespace sand
