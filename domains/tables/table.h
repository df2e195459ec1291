// A user's own table as a data set: a row per example, a column that names its domain, one with its label.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "domains/domain.h"
#include "domains/gzip.h"
#include "domains/tables/column_plan.h"

namespace sand::domains {

using TableTask = Task;
enum class MissingCells {
  refuse,
  mean,  ///< an input that is missing is the mean of its column: 0 after standardisation
};

struct TableOptions {
  std::string name = "Table";
  ColumnNames columns = {};
  TableTask task = TableTask::classify;
  MissingCells missing = MissingCells::refuse;
  char separator = 0;                             ///< one of kSeparators; 0: detected
  bool decimal_comma = false;                     ///< 3,14 is a number, 3.14 is not
  std::uint64_t memory = std::uint64_t{1} << 34;  ///< bytes for the inputs
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = nullptr;  ///< bytes of the file
  Note note = nullptr;  ///< one line for each problem
};

/// Domains and classes are the different texts of their columns: sorted by value if all are numbers, else by
/// their bytes. Class 0 is the first. Inputs are in the order of the columns; a one-hot column gives an input
/// for each of its texts, sorted likewise, "color=red". With TableTask::regress, the label is a number
/// (Domain::values) and there are no classes; several label columns give several numbers. With
/// TableTask::multilabel, each label column is a label, 0 or 1. standardize() gives each input mean 0 and
/// deviation 1.
///
/// Throws Error with row, column and cell; data: what read_csv and plan_columns throw; a table without rows;
/// a cell that is no number, is infinite, is out of range, has a decimal comma in a table with points or the
/// reverse; a missing cell, unless options.missing allows it; more than 4096 domains, or 1000 classes or
/// categories of a column; one class only; two spellings of one number; a name that is not UTF-8.
/// Error(usage) for columns (plan_columns) and for decimal commas in cells that commas separate;
/// Error(resources) if the rows do not fit into memory.
DataSet table(const std::filesystem::path& path, const TableOptions& options = {});
DataSet table(GzipReader& file, const TableOptions& options = {});

}  // namespace sand::domains
