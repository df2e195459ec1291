// The table of records that a run prints and keeps in out.txt, and the lines below it.
#pragma once

#include <string>
#include <vector>

#include "experiments/training/training.h"

namespace sand::experiments {

std::string table_head(const Settings& settings, const domains::DataSet& data);

/// "   100    0.1234   99.8%   99.1%   51.2%   closed  93.1%"; of numbers the mean squared error and R^2 in
/// place of each accuracy. `training`: the training domains.
std::string table_line(const Record& record, const Settings& settings, const std::vector<int>& training);

std::string weights_line(const Training& run);  ///< "weights 0123456789abcdef after 41 steps"
/// Of a run with --early-stop: why it ended, if it did, and its best record. `kept`: there is a run
/// directory.
std::vector<std::string> early_stop_lines(const Training& run, bool kept);
std::string never_learned_line(const std::string& reason);

}  // namespace sand::experiments
