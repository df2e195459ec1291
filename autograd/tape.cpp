#include "autograd/tape.h"

#include <algorithm>

#include "tensor/finite.h"

namespace sand {
namespace {

constexpr OpDoc kConstant{"constant", "data", ""};
constexpr OpDoc kVariable{"variable", "a leaf", "dx += dy"};
constexpr OpDoc kParameter{"parameter", "weights", "row of the gradient table += dy"};

}  // namespace

void Tape::start(const Parameters& parameters, std::span<Scalar> gradient_row,
                 const PreparedWeights* prepared, const Plan* plan, SidesOfPass* sides) {
  check(gradient_row.empty() || static_cast<Index>(gradient_row.size()) == parameters.size(), [&] {
    return Error(Fault::usage, "tape: a gradient row has one number per weight")
        .fact("weights", std::to_string(parameters.size()))
        .fact("row", std::to_string(gradient_row.size()));
  });
  arena_.clear();
  nodes_.clear();
  missing_forms_.clear();
  parameters_ = &parameters;
  gradient_row_ = gradient_row;
  prepared_ = prepared;
  plan_ = plan;
  sides_ = sides;
  if (sides_ != nullptr) sides_->begin();
}

void Tape::make_room_like(const Tape& other) {
  nodes_.clear();
  nodes_.reserve(other.nodes_.capacity());
  missing_forms_.reserve(other.missing_forms_.capacity());
  arena_.make_room_like(other.arena_);
  scratch_.make_room_like(other.scratch_);
}

Plan Tape::plan(Var output) const {
  Plan plan;
  plan.output = output.index();
  for (const Node& node : nodes_) {
    for (int k = 0; k < node.arity; ++k)
      plan.entries[static_cast<std::size_t>(node.inputs[static_cast<std::size_t>(k)])].last_reader =
          static_cast<int>(plan.entries.size());
    plan.entries.push_back({node.doc, node.inputs, -1});
  }
  plan.entries[at(output)].last_reader = -1;
  return plan;
}

bool Tape::as_planned(Var output) const { return plan_ != nullptr && output.index() == plan_->output; }

/// Drops the plan for the rest of the pass if the next entry differs from it. Entries past its end, such as a
/// loss, are not in the plan.
void Tape::follow_plan(const Node& next) {
  if (plan_ == nullptr || nodes_.size() >= plan_->entries.size()) return;
  const Plan::Entry& planned = plan_->entries[nodes_.size()];
  if (planned.doc != next.doc || planned.inputs != next.inputs) plan_ = nullptr;
}

Var Tape::push(const Node& node) {
  nodes_.push_back(node);
  return Var(this, size() - 1);
}

Var Tape::leaf(const OpDoc& doc, TensorView value, TensorSpan gradient, const Slot* slot) {
  Node node;
  node.doc = &doc;
  node.wanted = static_cast<bool>(gradient);
  node.value = value;
  node.gradient = gradient;
  node.slot = slot;
  follow_plan(node);
  return push(node);
}

Var Tape::constant(TensorView value) { return leaf(kConstant, value, {}, nullptr); }

Var Tape::copied(TensorView value) {
  const TensorSpan own = arena_.tensor(value.shape());
  own.array() = value.array();
  return constant(own);
}

Var Tape::variable(TensorView value, TensorSpan gradient) {
  return leaf(kVariable, value, gradient, nullptr);
}

Var Tape::parameter(const Slot& slot) {
  const TensorSpan gradient =
      gradient_row_.empty() ? TensorSpan() : TensorSpan(gradient_row_.data() + slot.offset, slot.shape);
  return leaf(kParameter, (*parameters_)[slot], gradient,
              &parameters_->slots()[static_cast<std::size_t>(slot.index)]);
}

/// The form of a weight: prepared for all shards, or made here.
const Scalar* Tape::prepared(int weight, const WeightForm& form) {
  const Node& node = nodes_[static_cast<std::size_t>(weight)];
  if (node.slot != nullptr && prepared_ != nullptr)
    if (const Scalar* found = prepared_->find(*node.slot, form)) return found;
  if (node.slot != nullptr) missing_forms_.push_back({node.slot->index, form});
  const TensorSpan own = arena_.tensor({form.size});
  form.make(node.value, form, own.data(), 0, 1);
  return own.data();
}

/// Whether the current entry is the last reader of the input.
bool Tape::reads_last(Var input) const {
  return plan_ != nullptr && at(input) < plan_->entries.size() &&
         plan_->entries[at(input)].last_reader == size();
}

/// The memory for the value of an op that may overwrite its input; empty if the input is still needed.
TensorSpan Tape::room_over(Var input) const {
  return reads_last(input) ? nodes_[at(input)].spare : TensorSpan();
}

/// Records that an op has read a value, and whether backward needs it.
void Tape::read(Var input, bool needed) {
  Node& node = nodes_[at(input)];
  const bool last = reads_last(input);
  if (last && !needed && node.spare) arena_.spare(node.spare);
  if (last || needed) node.spare = {};
}

/// Whether the input's gradient may take over the memory of the output's gradient: it is wanted, and nothing
/// was added to it yet.
bool Tape::takes_over(int input) const {
  const Node& node = nodes_[static_cast<std::size_t>(input)];
  return plan_ != nullptr && node.wanted && !node.gradient;
}

/// The memory where an op adds the gradient of one input; empty if it is not wanted. Allocated and set to
/// zero at the first call.
TensorSpan Tape::outgoing(int input) {
  Node& node = nodes_[static_cast<std::size_t>(input)];
  if (!node.wanted || node.gradient) return node.gradient;
  node.gradient = arena_.tensor(node.value.shape());
  node.gradient.array().setZero();
  return node.gradient;
}

/// Backward from y; with `checked`, as in checked_backward.
int Tape::walk_back(Var y, TensorView seed, bool checked) {
  check(seed.shape() == y.shape(), [&] {
    return Error(Fault::usage, "backward: the seed must have the shape of y")
        .fact("y", y.shape().text())
        .fact("seed", seed.shape().text());
  });
  if (!nodes_[at(y)].wanted) return -1;
  outgoing(y.index()).array() += seed.array();
  for (std::size_t i = at(y) + 1; i-- > 0;) {
    Node& node = nodes_[i];
    if (node.backward == nullptr || !node.gradient) continue;
    node.backward(*this, node);
    const auto spoilt = [&](int input) {
      return !all_finite(nodes_[static_cast<std::size_t>(input)].gradient.numbers());
    };
    if (checked && std::any_of(node.inputs.begin(), node.inputs.begin() + node.arity, spoilt))
      return static_cast<int>(i);
    if (node.gradient) arena_.spare(std::exchange(node.gradient, {}));
  }
  return -1;
}

void Tape::add_gradient(Var x, TensorView gradient) {
  if (const TensorSpan to = outgoing(x.index())) to.array() += gradient.array();
}

void Tape::backward(Var y, TensorView seed) { walk_back(y, seed, false); }

void Tape::backward(Var loss) {
  const Scalar one = 1;
  walk_back(loss, TensorView(&one, Shape{}), false);
}

int Tape::checked_backward(Var loss) {
  const Scalar one = 1;
  return walk_back(loss, TensorView(&one, Shape{}), true);
}

Tape::Entry Tape::entry(int index) const {
  const Node& node = nodes_[static_cast<std::size_t>(index)];
  return {*node.doc,     node.inputs,        node.arity, node.value.shape(), node.value,
          node.gradient, node.multiply_adds, node.slot,  node.here};
}

int Tape::first_non_finite() const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [](const Node& node) { return !all_finite(node.value.numbers()); });
  return found == nodes_.end() ? -1 : static_cast<int>(found - nodes_.begin());
}

std::string Tape::text() const {
  std::string text;
  const auto column = [&text](const std::string& cell, std::size_t width) {
    text += cell;
    text.append(cell.size() < width ? width - cell.size() : 1, ' ');
  };
  for (int i = 0; i < size(); ++i) {
    const Entry e = entry(i);
    std::string inputs;
    for (int k = 0; k < e.arity; ++k)
      inputs += (k ? " %" : "%") + std::to_string(e.inputs[static_cast<std::size_t>(k)]);
    column("%" + std::to_string(i), 5);
    column(e.doc.name, 16);
    column(e.slot != nullptr ? e.slot->name : inputs, 16);
    column(e.shape.text(), 18);
    column(e.doc.forward, 38);
    column(e.doc.backward, 46);
    text += e.here.text();
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace sand
