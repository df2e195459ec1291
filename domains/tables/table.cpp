#include "domains/tables/table.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "domains/alike_names.h"
#include "domains/tables/table_inputs.h"
#include "domains/tables/table_reader.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

/// The sorted words, and the place of each word among them.
struct Sorted {
  std::vector<std::string> names;
  std::vector<std::uint32_t> order;  // the number of each name's word
  std::vector<std::int32_t> places;  // of each word
};

Sorted sort_words(const Words& words, const TableOptions& options, const std::string& file,
                  const std::string& column) try {
  Sorted sorted{{}, words.sorted(options.decimal_comma), std::vector<std::int32_t>(words.size())};
  for (const std::uint32_t word : sorted.order) {
    sorted.places[word] = static_cast<std::int32_t>(sorted.names.size());
    sorted.names.push_back(words.text(word));
  }
  return sorted;
} catch (Error& error) {
  throw error.fact("file", file)
      .fact("column", in_quotes(column))
      .hint("write the number in one way in all rows");
}

/// Notes pairs of names that are probably one.
void tell_alike(const std::vector<std::string>& names, const std::string& column, const Note& note) {
  constexpr std::size_t kMost = 1000;  // pairs are compared
  if (!note || names.size() > kMost) return;
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (alike(names[i], names[j]))
        note("two names in column " + column + " are alike: " + names[j] + ", " + names[i]);
}

/// "a, b, c and 4 more".
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

/// Notes the classes by name, unless their names are their numbers.
void tell_classes(const std::vector<std::string>& names, const Note& note) {
  std::vector<std::string> told;
  bool same = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    told.push_back(std::to_string(i) + " = " + names[i]);
    same = same && names[i] == std::to_string(i);
  }
  if (note && !same) note("classes: " + some_of(told));
}

/// Notes what a domain lacks.
void tell_domain(const Domain& domain, const std::vector<std::string>& classes, const Note& note) {
  constexpr std::uint32_t kFew = 10;
  if (!note) return;
  if (domain.size() < kFew)
    note("domain " + domain.name + " has only " + std::to_string(domain.size()) +
         (domain.size() == 1 ? " row" : " rows"));
  std::vector<bool> found(classes.size());
  for (const std::int32_t label : domain.labels) found[static_cast<std::size_t>(label)] = true;
  std::vector<std::string> lacking;
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (!found[i]) lacking.push_back(classes[i]);
  if (!lacking.empty()) note("domain " + domain.name + " has no row of class " + some_of(lacking));
}

/// Notes constant inputs, and scales that only standardisation makes comparable.
void tell_scales(const TableInputs& inputs, const Note& note) {
  constexpr double kApart = 1e6;
  if (!note) return;
  const std::vector<double>& deviation = inputs.deviation();
  std::vector<std::string> constant;
  std::size_t least = inputs.inputs().size(), greatest = least;
  for (std::size_t i = 0; i < deviation.size(); ++i) {
    if (deviation[i] == 0) {
      constant.push_back(inputs.inputs()[i].name);
    } else if (inputs.inputs()[i].category == TableInput::kNumber) {
      if (least == deviation.size() || deviation[i] < deviation[least]) least = i;
      if (greatest == deviation.size() || deviation[i] > deviation[greatest]) greatest = i;
    }
  }
  if (!constant.empty()) note("constant in the training domains, so always 0: " + some_of(constant));
  if (least == deviation.size() || deviation[greatest] <= kApart * deviation[least]) return;
  const auto scale = [&](std::size_t i) {
    char text[32];
    std::snprintf(text, sizeof text, " (deviation %.4g)", deviation[i]);
    return inputs.inputs()[i].name + text;
  };
  note("scales differ by more than 1e6, from " + scale(least) + " to " + scale(greatest) +
       ": each input is standardised");
}

std::vector<TableInput> inputs_of(const TableReader& reader, const TableOptions& options,
                                  const std::string& file) {
  std::vector<TableInput> inputs;
  for (std::size_t column = 0; column < reader.input_columns.size(); ++column) {
    const std::size_t in_file = reader.input_columns[column];
    const std::string& name = reader.plan()->names[in_file];
    if (reader.plan()->uses[in_file] == ColumnUse::number) {
      inputs.push_back({name, column});
      continue;
    }
    const Sorted sorted = sort_words(reader.categories[column], options, file, name);
    for (std::size_t i = 0; i < sorted.names.size(); ++i)
      inputs.push_back({name + "=" + sorted.names[i], column, static_cast<std::int32_t>(sorted.order[i])});
  }
  return inputs;
}

void check_rows(const TableReader& reader, const TableOptions& options, const std::string& file) {
  check(reader.size() > 0, [&] {
    return Error(Fault::data, "table: the table has no rows")
        .fact("file", file)
        .fact("found", "only a header")
        .hint("a table has a row for each example below the names of its columns");
  });
  check(options.task != TableTask::classify || reader.classes.size() > 1, [&] {
    return Error(Fault::data, "table: all rows have one label: there is nothing to learn")
        .fact("file", file)
        .fact("column", in_quotes(options.columns.label))
        .fact("found", in_quotes(reader.classes.text(0)))
        .hint("--label-column names another column");
  });
}

}  // namespace

DataSet table(const std::filesystem::path& path, const TableOptions& options) {
  GzipReader file(path);
  DataSet data = table(file, options);
  data.files = {path};
  return data;
}

DataSet table(GzipReader& file, const TableOptions& options) {
  TableReader reader(options, file.name());
  constexpr std::int64_t kRowsBetweenReports = 4096;
  read_csv(file, options.separator, [&](const CsvRow& row) {
    reader.take(row);
    if (options.progress && row.number() % kRowsBetweenReports == kRowsBetweenReports - 1)
      options.progress(file.taken(), file.size());
  });
  check_rows(reader, options, file.name());
  const Sorted domains = sort_words(reader.domains, options, file.name(), options.columns.domain),
               classes = sort_words(reader.classes, options, file.name(), options.columns.label);
  std::vector<TableInputs::DomainOfRows> rows;
  for (const std::uint32_t word : domains.order)
    rows.push_back({word, std::move(reader.by_domain[word].rows)});
  const std::uint32_t size = reader.size();
  std::vector<TableInput> of_columns = inputs_of(reader, options, file.name());
  const auto inputs =
      std::make_shared<TableInputs>(reader.take_rows(), std::move(of_columns), std::move(rows), file.name());

  const Index width = static_cast<Index>(inputs->inputs().size());
  DataSet data{
      .name = options.name,
      .source = std::to_string(size) + " rows of " + std::to_string(width) + " inputs from " + file.name(),
      .example = {width},
      .classes = static_cast<int>(classes.names.size()),
      .domains = {},
      .class_names = classes.names,
      .task = options.task};
  if (options.task != TableTask::classify)
    for (const std::size_t column : reader.plan()->labels)
      data.target_names.push_back(reader.plan()->names[column]);
  for (const TableInput& input : inputs->inputs()) data.input_names.push_back(input.name);
  for (std::size_t d = 0; d < domains.names.size(); ++d) {
    TableReader::Rows& of_domain = reader.by_domain[domains.order[d]];
    for (std::int32_t& label : of_domain.labels) label = classes.places[static_cast<std::size_t>(label)];
    data.domains.push_back({.name = domains.names[d],
                            .example = data.example,
                            .labels = std::move(of_domain.labels),
                            .read = [inputs, d](std::uint32_t example,
                                                std::span<Scalar> input) { inputs->read(d, example, input); },
                            .values = std::move(of_domain.values),
                            .targets = static_cast<Index>(reader.plan()->labels.size())});
  }
  data.fit = [inputs](DataSet& fitted, std::span<const int> training, const Note& note) {
    inputs->standardize(training);
    fitted.mean = inputs->mean();
    fitted.deviation = inputs->deviation();
    tell_scales(*inputs, note);
  };
  tell_alike(domains.names, options.columns.domain, options.note);
  tell_alike(classes.names, options.columns.label, options.note);
  tell_classes(classes.names, options.note);
  for (const Domain& domain : data.domains) tell_domain(domain, classes.names, options.note);
  return data;
}

}  // namespace sand::domains
