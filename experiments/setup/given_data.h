// Data flags in place of those of a run.
#pragma once

#include "experiments/setup/data_sets.h"

namespace sand::experiments {

/// `base` with every setting of `asked` that differs from the default. `asked` without a name: that of
/// `base`. The seed is that of `asked`.
DataRequest with_given(const DataRequest& base, const DataRequest& asked);

/// The flags of the settings of `asked` that differ from the default, without the name: "--image-size".
std::vector<std::string> given_flags(const DataRequest& asked);

/// Numbers the classes of `data` as the names of the run's classes, [count]; no names: the data need as many
/// classes. Throws Error(data) for a class that the run did not have, or another number of classes.
void match_classes(domains::DataSet& data, const std::vector<std::string>& names, int count);

}  // namespace sand::experiments
