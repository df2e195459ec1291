#include "experiments/difference.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "experiments/exact.h"
#include "experiments/weight_name.h"

namespace sand::experiments {

using Json = nlohmann::json;

std::optional<Finding> difference(const std::string& what, const Json& recorded, const Json& replayed) {
  const Json was = recorded.flatten(), is = replayed.flatten();
  const auto text = [](const Json& all, const std::string& key) { return all.contains(key) ? all[key].dump() : std::string("nothing"); };
  for (const Json* keys : {&is, &was})
    for (const auto& [key, value] : keys->items())
      if (text(was, key) != text(is, key))
        return Finding{what + " differs", {{"at      ", key.substr(1)}, {"recorded", text(was, key)}, {"replayed", text(is, key)}}};
  return std::nullopt;
}

std::optional<Finding> difference(const std::string& what, const std::string& prefix, const Parameters& parameters,
                                  std::span<const Scalar> recorded, std::span<const Scalar> replayed) {
  Index first = -1, largest = -1, count = 0;
  const auto apart = [&](Index j) {
    return std::abs(static_cast<double>(recorded[std::size_t(j)]) - static_cast<double>(replayed[std::size_t(j)]));
  };
  for (Index j = 0; j < parameters.size(); ++j) {
    if (std::memcmp(&recorded[std::size_t(j)], &replayed[std::size_t(j)], sizeof(Scalar)) == 0) continue;
    ++count;
    if (first < 0) first = j;
    if (largest < 0 || !(apart(j) <= apart(largest))) largest = j;
  }
  if (count == 0) return std::nullopt;
  const auto both = [&](Index j) {
    const Scalar was = recorded[std::size_t(j)], is = replayed[std::size_t(j)];
    return prefix + weight_name(parameters.slots(), j) + ": recorded " + exact(was) + ", replayed " + exact(is) + ", apart by " +
           exact(static_cast<Scalar>(apart(j)));
  };
  return Finding{what + " differ in " + std::to_string(count) + " of " + std::to_string(parameters.size()) + " numbers",
                 {{"first  ", both(first)}, {"largest", both(largest)}}};
}

}  // namespace sand::experiments
