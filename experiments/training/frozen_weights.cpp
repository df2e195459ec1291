#include "experiments/training/frozen_weights.h"

#include <fnmatch.h>

#include <algorithm>

#include "tensor/error.h"
#include "tensor/names.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

bool matches(const std::string& pattern, const Slot& slot) {
  return ::fnmatch(pattern.c_str(), slot.name.c_str(), 0) == 0;
}

Error no_match(const std::string& pattern, const std::vector<Slot>& slots) {
  std::string known;
  std::vector<std::string> names;
  for (const Slot& slot : slots) {
    known += (known.empty() ? "" : ", ") + slot.name;
    names.push_back(slot.name);
  }
  Error error(Fault::usage, "--freeze: no parameter tensor has such a name");
  error.fact("found", in_quotes(pattern)).fact("known", known);
  if (const std::string nearest = nearest_name(pattern, names); !nearest.empty())
    error.hint("did you mean " + nearest + "?");
  return error;
}

}  // namespace

FrozenWeights::FrozenWeights(const std::vector<std::string>& patterns, const Parameters& parameters) {
  const std::vector<Slot>& all = parameters.slots();
  for (const std::string& pattern : patterns)
    check(std::any_of(all.begin(), all.end(), [&](const Slot& slot) { return matches(pattern, slot); }),
          [&] { return no_match(pattern, all); });
  for (const Slot& slot : all)
    if (std::any_of(patterns.begin(), patterns.end(),
                    [&](const std::string& pattern) { return matches(pattern, slot); }))
      slots_.push_back(slot);
  check(slots_.size() < all.size(), [] {
    return Error(Fault::usage, "--freeze: every parameter tensor is frozen: nothing would train");
  });
}

bool FrozenWeights::has(const Slot& slot) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&](const Slot& frozen) { return frozen.offset == slot.offset; });
}

void FrozenWeights::put_back(std::span<const Scalar> first, Parameters& parameters) const {
  for (const Slot& slot : slots_)
    std::copy_n(first.begin() + slot.offset, slot.shape.size(), parameters.numbers().begin() + slot.offset);
}

}  // namespace sand::experiments
