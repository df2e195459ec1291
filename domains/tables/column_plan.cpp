#include "domains/tables/column_plan.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "domains/tables/cell.h"
#include "domains/tables/words.h"
#include "tensor/names.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::size_t kMostNameBytes = 200;

/// An error about the name in a column, counted from 0.
Error broken_name(const std::string& rule, const std::string& file, std::size_t column) {
  return Error(Fault::data, "table: " + rule).fact("file", file).fact("column", std::to_string(column + 1));
}

void check_is_header(const CsvRow& header, const std::string& file) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    const Cell::Kind kind = parse_cell(header[i], false).kind;
    if (kind != Cell::Kind::number && kind != Cell::Kind::missing && kind != Cell::Kind::decimal_comma)
      return;
  }
  throw Error(Fault::data, "table: the header is missing")
      .fact("file", file)
      .fact("expected", "the names of the columns in the first row")
      .fact("found", "only numbers, the first one " + in_quotes(header[0]))
      .hint("add a first line with a name for each column");
}

}  // namespace

std::vector<std::string> column_names(const CsvRow& header, const std::string& file) {
  check_is_header(header, file);
  std::vector<std::string> names;
  std::unordered_map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string name(trim(header[i]));
    check(!name.empty(), [&] {
      return broken_name("a column has no name", file, i)
          .hint("pandas writes one for its index: to_csv(FILE, index=False) leaves it out");
    });
    check(name.size() <= kMostNameBytes && is_name(name), [&] {
      return broken_name("a name must be UTF-8 without control characters, at most 200 bytes", file, i)
          .fact("found", in_quotes(name))
          .hint(kHintOnName);
    });
    const auto [known, is_new] = columns.emplace(name, i);
    check(is_new, [&, first = known->second] {
      return broken_name("two columns have one name", file, i)
          .fact("and column", std::to_string(first + 1))
          .fact("name", in_quotes(name))
          .hint("rename one of them");
    });
    names.push_back(name);
  }
  return names;
}

std::string list_of_names(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? text + ", ... (" + std::to_string(names.size()) + " in all)" : text;
}

std::vector<std::string> label_names(const std::string& text, const std::vector<std::string>& columns) {
  if (std::find(columns.begin(), columns.end(), text) != columns.end()) return {text};
  std::vector<std::string> names;
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
    end = text.find(',', at);
    names.emplace_back(trim(std::string_view(text).substr(at, end - at)));
  }
  return names;
}

namespace {

std::size_t column_named(const std::string& name, const char* flag, const std::vector<std::string>& names,
                         const std::string& file) {
  const auto found = std::find(names.begin(), names.end(), name);
  check(found != names.end(), [&] {
    Error error(Fault::usage, std::string(flag) + ": the table has no such column");
    error.fact("file", file).fact("found", in_quotes(name)).fact("known", list_of_names(names));
    const std::string nearest = nearest_name(name, names);
    return error.hint(nearest.empty() ? std::string(flag) + " names a column of the header"
                                      : "did you mean " + nearest + "?");
  });
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::size_t ColumnPlan::count(ColumnUse use) const {
  return static_cast<std::size_t>(std::count(uses.begin(), uses.end(), use));
}

ColumnPlan plan_columns(const CsvRow& header, const ColumnNames& wanted, const std::string& file) {
  ColumnPlan plan{column_names(header, file), {}, {}};
  plan.uses.assign(plan.names.size(), ColumnUse::number);
  const auto use = [&](const std::string& name, const char* flag, ColumnUse as) {
    const std::size_t column = column_named(name, flag, plan.names, file);
    check(plan.uses[column] == ColumnUse::number, [&] {
      return Error(Fault::usage,
                   std::string(flag) + ": the column has another use already, or is named twice")
          .fact("column", in_quotes(name));
    });
    plan.uses[column] = as;
    return column;
  };
  use(wanted.domain, "--domain-column", ColumnUse::domain);
  for (const std::string& name : label_names(wanted.label, plan.names))
    plan.labels.push_back(use(name, "--label-column", ColumnUse::label));
  for (const std::string& name : wanted.drop) use(name, "--drop-columns", ColumnUse::none);
  for (const std::string& name : wanted.one_hot) use(name, "--one-hot", ColumnUse::category);
  check(plan.count(ColumnUse::number) + plan.count(ColumnUse::category) > 0, [&] {
    return Error(Fault::usage, "table: no column is left as an input")
        .fact("file", file)
        .fact("columns", list_of_names(plan.names));
  });
  return plan;
}

}  // namespace sand::domains
