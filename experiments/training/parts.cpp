#include "experiments/training/parts.h"

#include <utility>

#include "experiments/setup/seed_hash.h"

namespace sand::experiments {

std::vector<domains::Split> splits_of(const Settings& settings, const domains::DataSet& data) {
  std::vector<domains::Split> splits;
  for (std::size_t domain = 0; domain < data.domains.size(); ++domain)
    splits.push_back(domains::split(data.domains[domain], settings.holdout_fraction,
                                    seed_hash(settings.trial_seed, static_cast<std::int64_t>(domain))));
  return splits;
}

std::vector<domains::Part> parts_to_train_on(const std::vector<domains::Split>& splits,
                                             const std::vector<int>& training) {
  std::vector<domains::Part> parts;
  for (const int domain : training) parts.push_back(splits[static_cast<std::size_t>(domain)].in);
  return parts;
}

domains::Part first_of(domains::Part part, int count) {
  if (count > 0 && part.examples.size() > static_cast<std::size_t>(count))
    part.examples.resize(static_cast<std::size_t>(count));
  return part;
}

}  // namespace sand::experiments
