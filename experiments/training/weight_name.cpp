#include "experiments/training/weight_name.h"

#include <algorithm>
#include <charconv>

#include "tensor/names.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kMostTyped = 200;  // characters of the user's text in messages

std::string element_name(const Slot& slot, Index element) {
  std::string indices = "]";
  for (int axis = slot.shape.rank(); axis-- > 0; element /= slot.shape[axis])
    indices = (axis > 0 ? "," : "[") + std::to_string(element % slot.shape[axis]) + indices;
  return slot.name + indices;
}

Error malformed(const std::string& text, const Slot& slot) {
  return Error(Fault::usage, "weight: expected NAME[i,j,...] with an index from 0 for every axis of the slot")
      .fact("found", text.substr(0, kMostTyped))
      .fact("shape", slot.name + " " + slot.shape.text())
      .hint("the last of its weights is " + element_name(slot, slot.shape.size() - 1));
}

}  // namespace

const Slot& slot_named(const Parameters& parameters, std::string_view name) {
  const std::vector<Slot>& slots = parameters.slots();
  const auto found =
      std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.name == name; });
  if (found != slots.end()) return *found;
  std::string known;
  std::vector<std::string> names;
  for (const Slot& slot : slots) {
    known += (known.empty() ? "" : ", ") + slot.name + " " + slot.shape.text();
    names.push_back(slot.name);
  }
  Error error(Fault::usage, "weight: the model has no such slot");
  error.fact("found", name.substr(0, kMostTyped)).fact("known", known);
  const std::string nearest = nearest_name(name.substr(0, kMostTyped), names);
  if (!nearest.empty()) error.hint("did you mean " + nearest + "?");
  throw error;
}

WeightPlace weight_named(const Parameters& parameters, const std::string& text) {
  const std::size_t bracket = text.find('[');
  const Slot& slot = slot_named(parameters, std::string_view(text).substr(0, bracket));
  const auto must = [&](bool ok) { check(ok, [&] { return malformed(text, slot); }); };
  must(bracket != std::string::npos);
  const char* at = text.data() + bracket;  // the character before an index
  const char* const end = text.data() + text.size();
  Index place = 0;
  for (int axis = 0; axis < slot.shape.rank(); ++axis) {
    must(at != end && *at == (axis ? ',' : '['));
    Index index = 0;
    // accepts a minus sign, but no plus sign and no spaces
    const auto [next, failure] = std::from_chars(at + 1, end, index);
    must(failure == std::errc() && at[1] != '-' && index < slot.shape[axis]);
    place = place * slot.shape[axis] + index;
    at = next;
  }
  must(at + 1 == end && *at == ']');
  return {text, slot, slot.offset + place};
}

std::string weight_name(const std::vector<Slot>& slots, Index column) {
  const auto slot = std::find_if(slots.begin(), slots.end(),
                                 [&](const Slot& it) { return column < it.offset + it.shape.size(); });
  return element_name(*slot, column - slot->offset);
}

}  // namespace sand::experiments
