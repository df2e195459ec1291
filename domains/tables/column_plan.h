// Which column of a table is the domain, the label, an input or left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domains/tables/csv.h"

namespace sand::domains {

/// How the columns of a table are used; the ones that are not named here are inputs, one number each.
struct ColumnNames {
  std::string domain = "domain";
  std::string label = "label";         ///< or several, with commas between them
  std::vector<std::string> drop = {};  ///< left out
  std::vector<std::string> one_hot =
      {};  ///< of text: an input for each different text, 1 where it stands, else 0
};

enum class ColumnUse { number, category, domain, label, none };

struct ColumnPlan {
  std::vector<std::string> names;  ///< of all columns
  std::vector<ColumnUse> uses;
  std::vector<std::size_t> labels;  ///< the numbers of the label's columns, in the order of their names

  std::size_t count(ColumnUse use) const;
};

/// The names of all columns, without blanks around them. Throws the errors of plan_columns about a header.
std::vector<std::string> column_names(const CsvRow& header, const std::string& file);

/// The names in "a,b", or the one name of a column that has commas in it.
std::vector<std::string> label_names(const std::string& text, const std::vector<std::string>& columns);

/// "a, b, c, ... (30 in all)".
std::string list_of_names(const std::vector<std::string>& names);

/// Throws Error(data) for a header that is missing (every cell is a number), and for a name that is empty,
/// doubled, longer than 200 bytes or not printable; Error(usage) for a column that is named but is not there
/// or has two uses, and if no input is left.
ColumnPlan plan_columns(const CsvRow& header, const ColumnNames& wanted, const std::string& file);

}  // namespace sand::domains
