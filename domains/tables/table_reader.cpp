#include "domains/tables/table_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::size_t kMostDomains = 4096, kMostWords = 1000;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void TableReader::take(const CsvRow& row) {
  if (!plan_) return begin(row);
  std::uint32_t domain = 0;
  std::size_t input = 0;
  for (std::size_t column = 0; column < row.size(); ++column) switch (plan_->uses[column]) {
      case ColumnUse::number: numbers_[input++] = number_in(row, column); break;
      case ColumnUse::category:
        numbers_[input] = category_in(row, column, categories[input]);
        ++input;
        break;
      case ColumnUse::domain: domain = word_in(row, column, domains, "domains", kMostDomains); break;
      case ColumnUse::label:
      case ColumnUse::none: break;
    }
  by_domain.resize(domains.size());
  Rows& rows = by_domain[domain];
  if (options_.task == TableTask::classify)
    rows.labels.push_back(
        static_cast<std::int32_t>(word_in(row, plan_->labels[0], classes, "classes", kMostWords)));
  else
    for (const std::size_t column : plan_->labels) rows.values.push_back(value_in(row, column));
  rows.rows.push_back(rows_->size());
  if (const std::optional<std::size_t> far = rows_->add(domain, numbers_))
    throw broken_cell("a number is too large", row, input_columns[*far]).hint(leave_out(input_columns[*far]));
}

void TableReader::begin(const CsvRow& header) {
  check(!options_.decimal_comma || header.separator() != ',', [&] {
    return Error(Fault::usage, "--decimal-comma: commas separate the cells of this table")
        .fact("file", file_)
        .hint("--separator names another separator");
  });
  plan_ = plan_columns(header, options_.columns, file_);
  check(options_.task != TableTask::classify || plan_->labels.size() == 1, [&] {
    return Error(Fault::usage, "--label-column: classes have one column")
        .fact("file", file_)
        .fact("found", in_quotes(options_.columns.label))
        .hint("--task regress predicts the numbers of several columns, --task multilabel labels of 0 and 1");
  });
  std::vector<bool> is_category;
  for (std::size_t column = 0; column < header.size(); ++column) {
    const ColumnUse use = plan_->uses[column];
    if (use != ColumnUse::number && use != ColumnUse::category) continue;
    input_columns.push_back(column);
    is_category.push_back(use == ColumnUse::category);
  }
  categories.resize(input_columns.size());
  numbers_.resize(input_columns.size());
  rows_.emplace(std::move(is_category), options_.memory);
}

double TableReader::number_in(const CsvRow& row, std::size_t column) const {
  const Cell cell = parse_cell(row[column], options_.decimal_comma);
  if (cell.kind == Cell::Kind::number) return cell.value;
  if (cell.kind == Cell::Kind::missing && options_.missing == MissingCells::mean) return kMissing;
  throw not_a_number(row, column, cell.kind);
}

double TableReader::category_in(const CsvRow& row, std::size_t column, Words& words) const {
  const bool is_missing = parse_cell(row[column], options_.decimal_comma).kind == Cell::Kind::missing;
  if (is_missing && options_.missing == MissingCells::mean) return kMissing;
  return word_in(row, column, words, "categories", kMostWords);
}

/// `of`: what the words of this column are, in the plural.
std::uint32_t TableReader::word_in(const CsvRow& row, std::size_t column, Words& words, const char* of,
                                   std::size_t most) const {
  const std::string_view text = trim(row[column]);
  const std::size_t known = words.size();
  const std::uint32_t word = words.add(text);
  if (words.size() == known) return word;
  if (parse_cell(text, options_.decimal_comma).kind == Cell::Kind::missing)
    throw not_a_number(row, column, Cell::Kind::missing);
  check(is_name(text) && text.size() <= 200, [&] {
    return broken_cell("a name must be UTF-8 without control characters, at most 200 bytes", row, column)
        .hint(kHintOnName);
  });
  check(words.size() <= most, [&] {
    Error error = broken_cell(std::string("too many ") + of, row, column);
    error.fact("expected", "at most " + std::to_string(most) + " different texts");
    return error.hint(plan_->uses[column] == ColumnUse::label
                          ? "--task regress predicts a number"
                          : "is it the right column? --drop-columns leaves one out");
  });
  return word;
}

Scalar TableReader::value_in(const CsvRow& row, std::size_t column) const {
  const Cell cell = parse_cell(row[column], options_.decimal_comma);
  if (cell.kind != Cell::Kind::number) throw not_a_number(row, column, cell.kind);
  const Scalar value = static_cast<Scalar>(cell.value);
  check(std::isfinite(value),
        [&] { return broken_cell("a number is too large", row, column).hint(leave_out(column)); });
  check(options_.task != TableTask::multilabel || value == 0 || value == 1, [&] {
    return broken_cell("a label must be 0 or 1", row, column).hint("--task regress predicts other numbers");
  });
  return value;
}

std::string TableReader::leave_out(std::size_t column) const {
  const std::vector<std::size_t>& labels = plan_->labels;
  return std::find(labels.begin(), labels.end(), column) != labels.end()
             ? "remove the row"
             : "remove the row, or leave the column out: --drop-columns " + plan_->names[column];
}

Error TableReader::broken_cell(const std::string& rule, const CsvRow& row, std::size_t column) const {
  return Error(Fault::data, "table: " + rule)
      .fact("file", file_)
      .fact("row", row.place())
      .fact("column", std::to_string(column + 1) + ", " + in_quotes(plan_->names[column]))
      .fact("found", in_quotes(row[column]));
}

Error TableReader::not_a_number(const CsvRow& row, std::size_t column, Cell::Kind kind) const {
  const std::string& name = plan_->names[column];
  switch (kind) {
    case Cell::Kind::missing: {
      const ColumnUse use = plan_->uses[column];
      if (use == ColumnUse::domain || use == ColumnUse::label)
        return broken_cell(use == ColumnUse::domain ? "a row without a domain" : "a row without a label", row,
                           column)
            .hint("remove the row; if this text is a name, write it in another way");
      return broken_cell("a cell is missing", row, column)
          .hint(
              "--missing mean puts the mean of the training domains in its place; --drop-columns leaves the "
              "column out");
    }
    case Cell::Kind::infinite:
      return broken_cell("a number is infinite", row, column).hint(leave_out(column));
    case Cell::Kind::out_of_range:
      return broken_cell("a number is out of the range of a double", row, column)
          .hint("write 0 for a number that is too small");
    case Cell::Kind::decimal_comma:
      return broken_cell("a number has a decimal comma", row, column)
          .hint("--decimal-comma reads such numbers");
    case Cell::Kind::decimal_point:
      return broken_cell("a number has a decimal point, in a table with decimal commas", row, column)
          .hint("leave out --decimal-comma if the point is right");
    default:
      return broken_cell("a cell is not a number", row, column)
          .hint(plan_->uses[column] == ColumnUse::label
                    ? "--task classify predicts words"
                    : "--drop-columns " + name + " leaves the column out; --one-hot " + name +
                          " makes an input of each word");
  }
}

}  // namespace sand::domains
