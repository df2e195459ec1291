#include "autograd/parameters.h"

#include <algorithm>

namespace sand {

Slot Parameters::add(const std::string& name, const Shape& shape) {
  const bool taken =
      std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.name == name; });
  check(!taken, [&] { return Error(Fault::usage, "parameters: a slot named " + name + " exists already"); });
  slots_.push_back({name, shape, size(), static_cast<int>(slots_.size())});
  block_.resize(block_.size() + static_cast<std::size_t>(shape.size()));
  return slots_.back();
}

const Slot& Parameters::slot(const std::string& name) const {
  std::string known;
  for (const Slot& slot : slots_) {
    if (slot.name == name) return slot;
    known += (known.empty() ? "" : ", ") + slot.name;
  }
  throw Error(Fault::usage, "parameters: no slot has this name").fact("found", name).fact("known", known);
}

}  // namespace sand
