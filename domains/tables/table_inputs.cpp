#include "domains/tables/table_inputs.h"

#include <cmath>
#include <limits>
#include <utility>

#include "tensor/digits.h"
#include "tensor/printable.h"

namespace sand::domains {

/// Sums over a column of some domains, of numbers minus `reference`: the first origin among them.
struct TableInputs::Column {
  double reference = std::numeric_limits<double>::quiet_NaN();
  double count = 0, mean = 0, squares = 0;
  std::vector<double> times;  // how often each category occurs; empty for numbers
};

TableInputs::TableInputs(TableRows rows, std::vector<TableInput> inputs, std::vector<DomainOfRows> domains,
                         std::string file)
    : rows_(std::move(rows)),
      inputs_(std::move(inputs)),
      domains_(std::move(domains)),
      file_(std::move(file)),
      mean_(inputs_.size()),
      deviation_(inputs_.size(), 1),
      reference_(inputs_.size()),
      center_(inputs_.size()) {}

/// Calls visit_row(numbers) for every row of some domains, in their order. The numbers are minus the
/// references.
template <class Visit>
void TableInputs::visit(std::span<const int> domains, const std::vector<Column>& columns,
                        const Visit& visit_row) const {
  std::vector<double> offsets(columns.size()), numbers(columns.size());
  for (const int domain : domains) {
    const auto& [number, rows] = domains_[static_cast<std::size_t>(domain)];
    for (std::size_t c = 0; c < columns.size(); ++c)
      offsets[c] = rows_.extents(number)[c].origin - columns[c].reference;
    for (const std::uint32_t row : rows) {
      const std::span<const Scalar> stored = rows_[row];
      for (std::size_t c = 0; c < columns.size(); ++c)
        numbers[c] = static_cast<double>(stored[c]) + offsets[c];
      visit_row(numbers);
    }
  }
}

std::vector<TableInputs::Column> TableInputs::measure(std::span<const int> domains) const {
  std::vector<Column> columns(rows_.columns());
  for (const TableInput& input : inputs_)
    if (const auto most = static_cast<std::size_t>(input.category + 1);
        most > columns[input.column].times.size())
      columns[input.column].times.resize(most);
  for (const int domain : domains)
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (std::isnan(columns[c].reference))
        columns[c].reference = rows_.extents(domains_[static_cast<std::size_t>(domain)].number)[c].origin;
  visit(domains, columns, [&](const std::vector<double>& numbers) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double x = numbers[c];
      if (std::isnan(x)) continue;
      Column& column = columns[c];
      ++column.count;
      column.mean += x;
      if (!column.times.empty()) ++column.times[static_cast<std::size_t>(x)];
    }
  });
  for (Column& column : columns) column.mean /= column.count;
  visit(domains, columns, [&](const std::vector<double>& numbers) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double apart = numbers[c] - columns[c].mean;
      if (!std::isnan(apart)) columns[c].squares += apart * apart;
    }
  });
  return columns;
}

void TableInputs::standardize(std::span<const int> domains) {
  const std::vector<Column> columns = measure(domains);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Column& column = columns[inputs_[i].column];
    check(column.count > 0, [&] {
      return broken_input("a column has no number in the training domains", i)
          .hint("leave it out with --drop-columns");
    });
    if (inputs_[i].category == TableInput::kNumber) {
      reference_[i] = column.reference;
      center_[i] = column.mean;
      // exactly 0 for a constant, which is the origin of every domain
      deviation_[i] = std::sqrt(column.squares / column.count);
    } else {
      const double share = column.times[static_cast<std::size_t>(inputs_[i].category)] / column.count;
      center_[i] = share;
      deviation_[i] = std::sqrt(share * (1 - share));
    }
    mean_[i] = reference_[i] + center_[i];
    if (inputs_[i].category == TableInput::kNumber) check_range(i);
  }
}

Error TableInputs::broken_input(const std::string& rule, std::size_t input) const {
  return Error(Fault::data, "table: " + rule)
      .fact("file", file_)
      .fact("input", in_quotes(inputs_[input].name));
}

double TableInputs::standardised(std::size_t input, double origin, Scalar number) const {
  return (static_cast<double>(number) + (origin - reference_[input]) - center_[input]) / deviation_[input];
}

/// Throws unless all numbers of an input, also those of other domains, are finite when they are standardised.
void TableInputs::check_range(std::size_t i) const {
  if (deviation_[i] == 0) return;
  for (const DomainOfRows& domain : domains_) {
    const TableRows::Extent& extent = rows_.extents(domain.number)[inputs_[i].column];
    if (std::isnan(extent.origin)) continue;
    const bool is_finite =
        std::isfinite(static_cast<Scalar>(standardised(i, extent.origin, extent.least))) &&
        std::isfinite(static_cast<Scalar>(standardised(i, extent.origin, extent.greatest))) &&
        std::isfinite(mean_[i]) && std::isfinite(deviation_[i]);
    check(is_finite, [&] {
      return broken_input("the numbers of a column are too far apart to be standardised", i)
          .fact("least", shortest(extent.origin + static_cast<double>(extent.least)) + ", in one domain")
          .fact("greatest", shortest(extent.origin + static_cast<double>(extent.greatest)) + ", in the same")
          .fact("deviation", shortest(deviation_[i]) + ", in the training domains");
    });
  }
}

void TableInputs::read(std::size_t domain, std::uint32_t example, std::span<Scalar> to) const {
  const auto& [number, rows] = domains_[domain];
  const std::span<const Scalar> row = rows_[rows[example]];
  const std::span<const TableRows::Extent> extents = rows_.extents(number);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto& [name, column, category] = inputs_[i];
    const Scalar stored = row[column];
    if (std::isnan(stored) || deviation_[i] == 0)
      to[i] = 0;
    else if (category == TableInput::kNumber)
      to[i] = static_cast<Scalar>(standardised(i, extents[column].origin, stored));
    else
      to[i] =
          static_cast<Scalar>(((static_cast<std::int32_t>(stored) == category) - center_[i]) / deviation_[i]);
  }
}

}  // namespace sand::domains
