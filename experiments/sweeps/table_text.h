// Tables of results as text, Markdown, LaTeX, CSV and JSON.
#pragma once

#include <string>
#include <vector>

#include "experiments/sweeps/tables.h"

namespace sand::experiments {

enum class TableFormat { text, markdown, latex, csv, json };

/// Throws Error(usage) with a suggestion.
TableFormat table_format(const std::string& name);

/// One table. A cell is "71.7 +/- 0.1" in percent, or "X" without results, as in DomainBed. Below it, in text
/// and Markdown, the ceilings of the data set and the runs that are missing, unfinished or never learned. CSV
/// has a line for every cell and no heading.
std::string table_text(const ResultTable& table, TableFormat format);

/// DomainBed's last table: the mean over the trials of each data set's average. "" for a single data set.
std::string averages_text(const std::vector<ResultTable>& tables, TableFormat format);

/// The names of the columns of CSV.
std::string csv_heading();

/// All tables as one JSON array, with accuracies of 0 to 1 in full precision and the value of every trial.
std::string tables_json(const std::vector<ResultTable>& tables);

}  // namespace sand::experiments
