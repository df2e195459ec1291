// The inputs of a network from the rows of a table, standardised.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "domains/tables/table_rows.h"
#include "tensor/error.h"

namespace sand::domains {

/// One input: the number in a column, or 1 where the column has one of its categories and 0 elsewhere.
struct TableInput {
  static constexpr std::int32_t kNumber = -1;
  std::string name;                 ///< "age", "color=red"
  std::size_t column = 0;           ///< of TableRows
  std::int32_t category = kNumber;  ///< the column has the numbers of categories
};

/// The rows of a table by domain. An input is (x - mean) / deviation; 0 where the cell is missing, as if it
/// had the mean, and 0 if the deviation is 0.
class TableInputs {
 public:
  /// The rows of one domain: its number in TableRows, and the numbers of its rows.
  struct DomainOfRows {
    std::uint32_t number;
    std::vector<std::uint32_t> rows;
  };
  /// `file` is named in errors.
  TableInputs(TableRows rows, std::vector<TableInput> inputs, std::vector<DomainOfRows> domains,
              std::string file);

  /// Computes mean and deviation (over n, not n - 1) of each input over all rows of some domains, in double
  /// and in two passes. Cells that are missing do not count. Before the first call, the mean is 0 and the
  /// deviation 1. Do not call it while another thread reads. Throws Error(data) if a column has no number in
  /// these domains, or if an input of any domain would not be finite.
  void standardize(std::span<const int> domains);
  const std::vector<double>& mean() const { return mean_; }            ///< [inputs]
  const std::vector<double>& deviation() const { return deviation_; }  ///< [inputs]

  const std::vector<TableInput>& inputs() const { return inputs_; }
  /// Writes the inputs of an example of a domain to `to` [inputs].
  void read(std::size_t domain, std::uint32_t example, std::span<Scalar> to) const;

 private:
  struct Column;
  template <class Visit>
  void visit(std::span<const int> domains, const std::vector<Column>& columns, const Visit& row) const;
  std::vector<Column> measure(std::span<const int> domains) const;
  Error broken_input(const std::string& rule, std::size_t input) const;
  void check_range(std::size_t input) const;
  double standardised(std::size_t input, double origin, Scalar number) const;

  TableRows rows_;
  std::vector<TableInput> inputs_;
  std::vector<DomainOfRows> domains_;
  std::string file_;
  std::vector<double> mean_, deviation_;
  std::vector<double> reference_, center_;  // the mean is the sum of both; the first is an origin
};

}  // namespace sand::domains
