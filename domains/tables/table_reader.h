// Collects the rows of a table: numbers, and the numbers of its words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domains/tables/cell.h"
#include "domains/tables/table.h"
#include "domains/tables/table_rows.h"
#include "domains/tables/words.h"

namespace sand::domains {

/// What the rows of a table say, in the order of the file.
class TableReader {
 public:
  /// `file` is named in errors.
  TableReader(const TableOptions& options, std::string file) : options_(options), file_(std::move(file)) {}

  /// Takes the header, then every row. Throws the errors of table().
  void take(const CsvRow& row);

  const std::optional<ColumnPlan>& plan() const { return plan_; }  ///< after the header
  std::uint32_t size() const { return rows_ ? rows_->size() : 0; }

  /// For each domain, by its number in `domains`: its rows, and the label of each of them.
  struct Rows {
    std::vector<std::uint32_t> rows;
    std::vector<std::int32_t> labels;  // numbers in `classes`
    std::vector<Scalar> values;        // the labels of other tasks than TableTask::classify
  };
  Words domains, classes;
  std::vector<Rows> by_domain;
  std::vector<Words> categories;           ///< of each input column; empty if it has numbers
  std::vector<std::size_t> input_columns;  ///< the column in the file of each input column
  TableRows take_rows() { return std::move(*rows_); }

 private:
  void begin(const CsvRow& header);
  double number_in(const CsvRow& row, std::size_t column) const;
  double category_in(const CsvRow& row, std::size_t column, Words& words) const;
  std::uint32_t word_in(const CsvRow& row, std::size_t column, Words& words, const char* of,
                        std::size_t most) const;
  Scalar value_in(const CsvRow& row, std::size_t column) const;
  std::string leave_out(std::size_t column) const;  // a hint
  Error broken_cell(const std::string& rule, const CsvRow& row, std::size_t column) const;
  Error not_a_number(const CsvRow& row, std::size_t column, Cell::Kind kind) const;

  const TableOptions& options_;
  std::string file_;
  std::optional<ColumnPlan> plan_;
  std::optional<TableRows> rows_;
  std::vector<double> numbers_;  // the input columns of one row
};

}  // namespace sand::domains
