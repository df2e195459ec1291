// Tables in tests: read from text.
#pragma once

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <vector>

#include "domains/tables/csv.h"
#include "domains/tables/table.h"
#include "tensor/error.h"
#include "tests/text.h"

namespace sand::testing {

inline std::span<const std::uint8_t> file_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline domains::DataSet table_of(const std::string& text, const domains::TableOptions& options = {}) {
  domains::GzipReader file(file_of(text), "t.csv");
  return domains::table(file, options);
}

/// The error about a table, with single blanks; "" if there is none.
inline std::string table_refusal(const std::string& text, const domains::TableOptions& options = {},
                                 Fault fault = Fault::data) {
  try {
    domains::DataSet data = table_of(text, options);
    std::vector<int> all;
    for (std::size_t d = 0; d < data.domains.size(); ++d) all.push_back(static_cast<int>(d));
    standardize(data, all);
  } catch (const Error& error) {
    CHECK(error.fault() == fault);
    return squeezed(error.what());
  }
  return "";
}

using Rows = std::vector<std::vector<std::string>>;

/// All rows of a file, the header first.
inline Rows rows_of(const std::string& text, char separator = 0) {
  domains::GzipReader file(file_of(text), "t.csv");
  Rows rows;
  domains::read_csv(file, separator, [&](const domains::CsvRow& row) {
    rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) rows.back().emplace_back(row[i]);
  });
  return rows;
}

/// An example of a domain, as a network gets it.
inline std::vector<Scalar> example_of(const domains::DataSet& data, std::size_t domain,
                                      std::uint32_t example) {
  std::vector<Scalar> input(static_cast<std::size_t>(data.example.size()));
  data.domains[domain].read(example, input);
  return input;
}

}  // namespace sand::testing
