// The decisions of a network in a plane, with the training points, and the shortcut of Spirals beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/report/chart.h"
#include "experiments/setup/models.h"

namespace sand::experiments {

/// Why a network on these data has no surface; nothing if it has one: classes of examples with two numbers,
/// or Spirals.
std::optional<std::string> why_no_surface(const domains::DataSet& data);

/// The surface of the trained model; with more than two inputs, one chart of the signatures, too, which is
/// the same for all runs on these data. `training`: numbers of the training domains, whose points are drawn.
/// At each point of the plane further inputs come from examples of the first other domain, and probabilities
/// are means over these.
std::vector<Chart> surface_charts(const std::string& label, const Model& model, const domains::DataSet& data,
                                  const std::vector<int>& training);

}  // namespace sand::experiments
