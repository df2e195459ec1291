// The model that a run starts from.
#pragma once

#include <memory>

#include "domains/domain.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// With weights drawn by the seed of the settings, or read from their file. Throws Error(data) for a file of
/// weights that does not fit or is not the one of the settings, and Error(usage) where the protocol's loss is
/// not for the data's classes.
std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data);

}  // namespace sand::experiments
