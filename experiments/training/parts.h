// The parts of the domains that a run trains on and evaluates.
#pragma once

#include <vector>

#include "domains/domain.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// DomainBed's two parts of every domain.
std::vector<domains::Split> splits_of(const Settings& settings, const domains::DataSet& data);

/// The `in` parts of the training domains.
std::vector<domains::Part> parts_to_train_on(const std::vector<domains::Split>& splits,
                                             const std::vector<int>& training);

/// The first `count` examples of a part, which are in random order already; 0: all.
domains::Part first_of(domains::Part part, int count);

}  // namespace sand::experiments
