#include "experiments/runs/difference.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "experiments/training/weight_name.h"
#include "tensor/digits.h"

namespace sand::experiments {

using Json = nlohmann::json;

std::optional<Finding> difference(const std::string& what, const Json& recorded, const Json& replayed) {
  // Keys are paths: "/args/seed"; "" if the value is not an object.
  const Json was = recorded.flatten(), is = replayed.flatten();
  const auto text = [](const Json& all, const std::string& key) {
    return all.contains(key) ? all[key].dump() : std::string("nothing");
  };
  for (const Json* keys : {&is, &was})
    for (const auto& [key, value] : keys->items())
      if (text(was, key) != text(is, key))
        return Finding{what + " differs",
                       {{"at      ", key.substr(key.empty() ? 0 : 1)},
                        {"recorded", text(was, key)},
                        {"replayed", text(is, key)}}};
  return std::nullopt;
}

std::optional<Finding> difference(const std::string& what, const std::string& prefix,
                                  const Parameters& parameters, std::span<const Scalar> recorded,
                                  std::span<const Scalar> replayed) {
  Index first = -1, largest = -1, count = 0;
  const auto apart = [&](Index j) {
    return std::abs(static_cast<double>(recorded[std::size_t(j)]) -
                    static_cast<double>(replayed[std::size_t(j)]));
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
    return prefix + weight_name(parameters.slots(), j) + ": recorded " + exact(was) + ", replayed " +
           exact(is) + ", apart by " + exact(static_cast<Scalar>(apart(j)));
  };
  return Finding{
      what + " differ in " + std::to_string(count) + " of " + std::to_string(parameters.size()) + " numbers",
      {{"first  ", both(first)}, {"largest", both(largest)}}};
}

std::vector<Finding> difference(const std::string& where, const Parameters& parameters,
                                const optim::StateLayout& layout, const Checkpoint& recorded,
                                const Checkpoint& replayed) {
  const TrainingState &was = recorded.state, &is = replayed.state;
  std::vector<Finding> findings;
  const auto compare_block = [&](const std::string& what, const std::string& prefix,
                                 const std::vector<Scalar>& before, const std::vector<Scalar>& now) {
    if (const auto found = difference(where + what, prefix, parameters, before, now))
      findings.push_back(*found);
  };
  compare_block("the weights", "", was.weights, is.weights);
  for (std::size_t i = 0; i < layout.blocks.size(); ++i)
    compare_block(layout.name + "'s " + layout.blocks[i], layout.prefix(i), was.optimizer[i],
                  is.optimizer[i]);
  const auto compare = [&](const char* name, const std::string& before, const std::string& now) {
    if (before != now)
      findings.push_back({where + name + " differs", {{"recorded", before}, {"replayed", now}}});
  };
  compare(layout.steps().c_str(), std::to_string(was.optimizer_steps), std::to_string(is.optimizer_steps));
  compare("carried", carried_text(was.carried), carried_text(is.carried));
  const EarlyStop &stop = was.early_stop, &stops = is.early_stop;
  compare("best_score", exact(stop.best_score), exact(stops.best_score));
  compare("best_step", std::to_string(stop.best_step), std::to_string(stops.best_step));
  compare("waited", std::to_string(stop.waited), std::to_string(stops.waited));
  compare("chain", was.chain, is.chain);
  compare("loss_sum", exact(was.loss_sum), exact(is.loss_sum));
  compare("losses", std::to_string(was.losses), std::to_string(is.losses));
  compare("moved", std::to_string(was.moved), std::to_string(is.moved));
  compare("score", exact(recorded.score), exact(replayed.score));
  return findings;
}

}  // namespace sand::experiments
