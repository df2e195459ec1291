// What a replayed run has otherwise than it was recorded: the findings of `sandgrad verify`.
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

/// The first number or text that two JSON objects do not share.
std::optional<Finding> difference(const std::string& what, const nlohmann::json& recorded,
                                  const nlohmann::json& replayed);

/// The first of J numbers whose bits differ, the largest difference, and how many there are; `prefix` stands
/// before a weight's name.
std::optional<Finding> difference(const std::string& what, const std::string& prefix,
                                  const Parameters& parameters, std::span<const Scalar> recorded,
                                  std::span<const Scalar> replayed);

/// Every part of a checkpoint that is otherwise: weights, moments, then the numbers and texts beside them by
/// name.
std::vector<Finding> difference(const std::string& where, const Parameters& parameters,
                                const Checkpoint& recorded, const Checkpoint& replayed);

}  // namespace sand::experiments
