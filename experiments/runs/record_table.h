// The table of records that a run prints and keeps in out.txt, and the lines below it.
#pragma once

#include <string>
#include <vector>

#include "experiments/training/training.h"

namespace sand::experiments {

/// Mean accuracy (of numbers R^2) over some domains; NaN if one of them was not measured.
double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& domains);

std::string table_head(const Settings& settings, const domains::DataSet& data);

/// "   100    0.1234   99.8%   99.1%   51.2%   closed  93.1%"; of numbers the mean squared error and R^2 in
/// place of each accuracy. `training`: the training domains.
std::string table_line(const Record& record, const Settings& settings, const std::vector<int>& training);

std::string weights_line(const Training& run);  ///< "weights 0123456789abcdef after 41 steps"
std::string never_learned_line(const std::string& reason);

}  // namespace sand::experiments
