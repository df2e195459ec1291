// The data set of a run.
#pragma once

#include "domains/domain.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// Makes the data set of a run. The inputs of a table are standardised with its training domains. Throws what
/// make_data_set() and training_domains() throw. Prints notes to stderr.
domains::DataSet data_set_of(const Settings& settings, const Threads& threads);

/// The same data set for all domains, without a run: a table is standardised with every domain.
domains::DataSet data_set_of(const DataRequest& request, const Threads& threads);

}  // namespace sand::experiments
