// The model at the start of a run.
#pragma once

#include <memory>

#include "domains/domain.h"
#include "experiments/setup/model_text.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// What data and settings add to the text of a model. Throws Error(usage) if the protocol's loss does not
/// support the data's classes.
ModelSetting model_setting(const Settings& settings, const domains::DataSet& data);

/// Draws the weights from the seed of the settings, or reads them from the file of the settings. Throws
/// Error(data) if the file does not fit or has another hash, and Error(usage) if the protocol's loss does not
/// support the data's classes.
std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data);

}  // namespace sand::experiments
