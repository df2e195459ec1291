// A table for a network that is trained already: its inputs are those of the training, with their means and
// deviations.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/tables/table.h"

namespace sand::domains {

/// An input of the network, by its name in DataSet::input_names.
struct FittedInput {
  std::string name;
  double mean = 0, deviation = 1;  ///< of the training
};

/// What the training knew about its table.
struct FittedColumns {
  std::vector<FittedInput> inputs;
  std::vector<std::string> classes;  ///< of the labels, if there are any
  /// Whether the columns of domains and labels are read. If not, they may be missing, all rows are one domain
  /// in the order of the file, and their labels are 0.
  bool has_targets = true;
};

/// Reads the table at `path`. An input is (x - mean) / deviation in double, rounded once; 0 where the cell is
/// missing and options.missing allows it, and 0 if the deviation is 0. options.columns and the inputs name
/// the columns. The order of the columns does not count.
///
/// Throws what read_csv and the header's check throw; Error(data), by name, for a column that is missing or
/// unknown, and with row, column and cell for a cell that table() would refuse, for a category or a class
/// that the training did not have, and for an input that is not finite; Error(resources) if the inputs do not
/// fit into memory.
DataSet fitted_table(const std::filesystem::path& path, const TableOptions& options,
                     const FittedColumns& fitted);
DataSet fitted_table(GzipReader& file, const TableOptions& options, const FittedColumns& fitted);

}  // namespace sand::domains
