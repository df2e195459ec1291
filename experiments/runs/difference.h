// Differences between a replayed run and its record: the findings of `sandgrad verify`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autograd/parameters.h"
#include "experiments/runs/checkpoint.h"

namespace sand::experiments {

/// What differs, and where: facts for the report.
struct Finding {
  std::string rule;
  std::vector<std::pair<std::string, std::string>> facts;
};

/// The first number or text that differs between two JSON objects.
std::optional<Finding> difference(const std::string& what, const nlohmann::json& recorded,
                                  const nlohmann::json& replayed);

/// The first of J numbers whose bits differ, the largest difference, and the number of differences. `prefix`
/// comes before a weight's name.
std::optional<Finding> difference(const std::string& what, const std::string& prefix,
                                  const Parameters& parameters, std::span<const Scalar> recorded,
                                  std::span<const Scalar> replayed);

/// Every part of a checkpoint that differs: weights, the optimizer's state, then the other numbers and texts
/// by name.
std::vector<Finding> difference(const std::string& where, const Parameters& parameters,
                                const optim::StateLayout& layout, const Checkpoint& recorded,
                                const Checkpoint& replayed);

}  // namespace sand::experiments
