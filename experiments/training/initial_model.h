// The model at the start of a run.
#pragma once

#include <memory>
#include <vector>

#include "domains/domain.h"
#include "experiments/setup/model_text.h"
#include "experiments/setup/models.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// The number of outputs that the loss of a run needs for the data. Throws Error(usage) if it does not fit
/// the data.
Index outputs_for(const Settings& settings, const domains::DataSet& data);

/// The loss of a run with the weights of its classes and the penalty of its algorithm. `training`: the parts
/// of the training domains. Throws what row_objective() throws.
std::unique_ptr<Objective> objective_for(const Settings& settings, const domains::DataSet& data,
                                         const std::vector<domains::Part>& training);

/// What settings and data add to the text of a model.
ModelSetting model_setting(const Settings& settings, const Shape& example, Index outputs);

/// A model for inputs of this shape, with drawn weights.
std::unique_ptr<Model> drawn_model(const Settings& settings, const Shape& example, Index outputs);

/// Draws the weights from the seed of the settings, or reads them from the file of the settings. Throws
/// Error(data) if the file does not fit or has another hash, and what outputs_for() throws. Names on stderr
/// the tensors that init_partial draws or leaves out.
std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data);

}  // namespace sand::experiments
