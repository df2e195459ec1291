#include "domains/tables/fitted_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "domains/tables/cell.h"
#include "domains/tables/words.h"
#include "tensor/error.h"
#include "tensor/names.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// What a column of the file is for.
struct FittedColumn {
  enum class Use { none, number, category, domain, label } use = Use::none;
  std::size_t place = 0;                                    // of the input, or of the label among the labels
  std::unordered_map<std::string, std::size_t> words = {};  // the input of each category
};

/// The column of an input's name: "ward" for "ward=east" if ward is a one-hot column.
std::string column_of(const std::string& input, const std::vector<std::string>& one_hot) {
  for (const std::string& column : one_hot)
    if (input.starts_with(column + "=")) return column;
  return input;
}

/// Collects the rows of the file.
class FittedReader {
 public:
  FittedReader(const TableOptions& options, const FittedColumns& fitted, std::string file)
      : options_(options), fitted_(fitted), file_(std::move(file)) {
    for (std::size_t c = 0; c < fitted.classes.size(); ++c)
      classes_[fitted.classes[c]] = static_cast<std::int32_t>(c);
  }

  void take(const CsvRow& row) {
    if (names_.empty()) return begin(row);
    const std::size_t first = inputs.size();
    const std::uint64_t bytes = 2 * (first + fitted_.inputs.size()) * sizeof(Scalar);  // as a vector grows
    check(bytes <= options_.memory && size < std::uint32_t{1} << 31, [&] { return too_large(); });
    try {
      inputs.resize(first + fitted_.inputs.size());
    } catch (const std::bad_alloc&) {
      throw too_large();
    }
    std::uint32_t domain = 0;
    for (std::size_t c = 0; c < row.size(); ++c) read_cell(row, c, std::span(inputs).subspan(first), domain);
    by_domain.resize(std::max<std::size_t>(by_domain.size(), domain + 1));
    by_domain[domain].push_back(size++);
    if (!fitted_.has_targets) labels.push_back(0);
  }

  std::vector<Scalar> inputs;        // [size, inputs]
  std::vector<std::int32_t> labels;  // [size], or
  std::vector<Scalar> values;        // [size, label columns]
  Words domains;
  std::vector<std::vector<std::uint32_t>> by_domain;  // rows of each
  std::vector<std::string> label_columns;
  std::uint32_t size = 0;

 private:
  using Use = FittedColumn::Use;

  void begin(const CsvRow& header) {
    names_ = column_names(header, file_);
    label_columns = label_names(options_.columns.label, names_);
    columns_.resize(names_.size());
    for (std::size_t i = 0; i < fitted_.inputs.size(); ++i) {
      const std::string& input = fitted_.inputs[i].name;
      const std::string name = column_of(input, options_.columns.one_hot);
      FittedColumn& column = columns_[needed(name)];
      column.use = name == input ? Use::number : Use::category;
      column.place = i;
      if (name != input) column.words[input.substr(name.size() + 1)] = i;
    }
    if (fitted_.has_targets) {
      columns_[needed(options_.columns.domain)].use = Use::domain;
      for (std::size_t i = 0; i < label_columns.size(); ++i)
        columns_[needed(label_columns[i])] = {Use::label, i};
    }
    for (std::size_t c = 0; c < names_.size(); ++c)
      if (columns_[c].use == Use::none) check_known(c);
  }

  std::size_t needed(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    check(found != names_.end(), [&] {
      Error error(Fault::data, "table: a column of the training is missing");
      error.fact("file", file_).fact("column", in_quotes(name)).fact("found", list_of_names(names_));
      if (const std::string nearest = nearest_name(name, names_); !nearest.empty())
        error.hint("is it " + nearest + "? rename that column");
      return error;
    });
    return static_cast<std::size_t>(found - names_.begin());
  }

  void check_known(std::size_t column) const {
    const std::string& name = names_[column];
    const auto is_in = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    const bool known = name == options_.columns.domain || is_in(options_.columns.drop) ||
                       is_in(options_.columns.one_hot) || is_in(label_columns);
    check(known, [&] {
      return Error(Fault::data, "table: the training had no such column")
          .fact("file", file_)
          .fact("column", std::to_string(column + 1) + ", " + in_quotes(name))
          .hint("--drop-columns " + name + " leaves it out");
    });
  }

  void read_cell(const CsvRow& row, std::size_t c, std::span<Scalar> input, std::uint32_t& domain) {
    const FittedColumn& column = columns_[c];
    switch (column.use) {
      case Use::number: put(row, c, column.place, number_in(row, c), input); break;
      case Use::category: {
        const auto found = category_in(row, c);
        for (const auto& [word, place] : column.words)
          put(row, c, place, found ? static_cast<double>(*found == place) : kNoNumber, input);
        break;
      }
      case Use::domain:
        check(parse_cell(row[c], false).kind != Cell::Kind::missing,
              [&] { return broken(row, c, "a row without a domain"); });
        domain = domains.add(trim(row[c]));
        break;
      case Use::label: read_label(row, c); break;
      case Use::none: break;
    }
  }

  /// NaN for a missing cell.
  double number_in(const CsvRow& row, std::size_t c) const {
    const Cell cell = parse_cell(row[c], options_.decimal_comma);
    if (cell.kind == Cell::Kind::number) return cell.value;
    check(cell.kind == Cell::Kind::missing, [&] { return broken(row, c, "a cell is not a number"); });
    check(options_.missing == MissingCells::mean, [&] { return missing(row, c); });
    return kNoNumber;
  }

  /// The input of the word in a cell; none for a missing cell.
  std::optional<std::size_t> category_in(const CsvRow& row, std::size_t c) const {
    if (parse_cell(row[c], options_.decimal_comma).kind == Cell::Kind::missing) {
      check(options_.missing == MissingCells::mean, [&] { return missing(row, c); });
      return std::nullopt;
    }
    const auto& words = columns_[c].words;
    const auto found = words.find(std::string(trim(row[c])));
    check(found != words.end(), [&] {
      std::vector<std::string> known;
      for (const auto& word : words) known.push_back(word.first);
      std::sort(known.begin(), known.end());
      return broken(row, c, "a word that the training did not have").fact("known", list_of_names(known));
    });
    return found->second;
  }

  void read_label(const CsvRow& row, std::size_t c) {
    if (options_.task == Task::classify) {
      const auto found = classes_.find(std::string(trim(row[c])));
      check(found != classes_.end(), [&] {
        return broken(row, c, "a class that the training did not have")
            .fact("known", list_of_names(fitted_.classes));
      });
      labels.push_back(found->second);
      return;
    }
    const Cell cell = parse_cell(row[c], options_.decimal_comma);
    const Scalar value = static_cast<Scalar>(cell.value);
    check(cell.kind == Cell::Kind::number && std::isfinite(value),
          [&] { return broken(row, c, "a cell is not a number, or too large"); });
    check(options_.task == Task::regress || value == 0 || value == 1,
          [&] { return broken(row, c, "a label must be 0 or 1"); });
    values.push_back(value);
  }

  void put(const CsvRow& row, std::size_t c, std::size_t place, double x, std::span<Scalar> input) const {
    const FittedInput& fit = fitted_.inputs[place];
    if (std::isnan(x) || fit.deviation == 0) return;  // 0 already
    input[place] = static_cast<Scalar>((x - fit.mean) / fit.deviation);
    check(std::isfinite(input[place]), [&] { return broken(row, c, "a number is too large"); });
  }

  Error broken(const CsvRow& row, std::size_t column, const char* rule) const {
    return Error(Fault::data, std::string("table: ") + rule)
        .fact("file", file_)
        .fact("row", row.place())
        .fact("column", std::to_string(column + 1) + ", " + in_quotes(names_[column]))
        .fact("found", in_quotes(row[column]));
  }
  Error missing(const CsvRow& row, std::size_t column) const {
    return broken(row, column, "a cell is missing")
        .hint("the training had no missing cells; --missing mean puts the mean of its inputs in their place");
  }
  Error too_large() const {
    return Error(Fault::resources, "table: the rows do not fit into memory")
        .fact("file", file_)
        .fact("memory", "at most " + std::to_string(options_.memory >> 20) + " MiB")
        .hint("cut the table into several files");
  }

  const TableOptions& options_;
  const FittedColumns& fitted_;
  const std::string file_;
  std::unordered_map<std::string, std::int32_t> classes_;
  std::vector<std::string> names_;     // of the columns
  std::vector<FittedColumn> columns_;  // likewise
};

/// The labels or values of some rows.
template <class Number>
std::vector<Number> of_rows(const std::vector<Number>& all, const std::vector<std::uint32_t>& rows,
                            std::size_t each) {
  std::vector<Number> some;
  if (all.empty()) return some;
  for (const std::uint32_t row : rows)
    some.insert(some.end(), all.begin() + static_cast<Index>(row * each),
                all.begin() + static_cast<Index>((row + 1) * each));
  return some;
}

}  // namespace

DataSet fitted_table(const std::filesystem::path& path, const TableOptions& options,
                     const FittedColumns& fitted) {
  GzipReader file(path);
  DataSet data = fitted_table(file, options, fitted);
  data.files = {path};
  return data;
}

DataSet fitted_table(GzipReader& file, const TableOptions& options, const FittedColumns& fitted) {
  FittedReader reader(options, fitted, file.name());
  read_csv(file, options.separator, [&](const CsvRow& row) { reader.take(row); });
  check(reader.size > 0,
        [&] { return Error(Fault::data, "table: the table has no rows").fact("file", file.name()); });
  const auto inputs = std::make_shared<const std::vector<Scalar>>(std::move(reader.inputs));
  const Index width = static_cast<Index>(fitted.inputs.size());
  DataSet data{.name = options.name,
               .source = std::to_string(reader.size) + " rows of " + std::to_string(width) + " inputs from " +
                         file.name(),
               .example = {width},
               .classes = options.task == Task::classify ? static_cast<int>(fitted.classes.size()) : 0,
               .domains = {},
               .class_names = fitted.classes,
               .task = options.task};
  if (options.task != Task::classify) data.target_names = reader.label_columns;
  std::vector<std::uint32_t> order(reader.by_domain.size());
  std::iota(order.begin(), order.end(), 0u);
  if (fitted.has_targets) order = reader.domains.sorted(options.decimal_comma);
  for (const std::uint32_t number : order) {
    const auto rows = std::make_shared<const std::vector<std::uint32_t>>(reader.by_domain[number]);
    data.domains.push_back({.name = fitted.has_targets ? reader.domains.text(number) : "",
                            .example = data.example,
                            .labels = of_rows(reader.labels, *rows, 1),
                            .read =
                                [inputs, rows](std::uint32_t example, std::span<Scalar> input) {
                                  const auto first =
                                      inputs->begin() + static_cast<Index>((*rows)[example] * input.size());
                                  std::copy_n(first, input.size(), input.begin());
                                },
                            .values = of_rows(reader.values, *rows, reader.label_columns.size()),
                            .targets = static_cast<Index>(reader.label_columns.size())});
  }
  return data;
}

}  // namespace sand::domains
