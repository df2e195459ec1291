#include "experiments/runs/record_columns.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/runs/recorded_lines.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

class Columns {
 public:
  std::vector<NamedNumber> of(const Json& line) {
    if (line.contains("step")) add("step", line["step"]);
    for (const auto& [key, value] : line.items())
      if (key == "domains" && value.is_array())
        for (const Json& domain : value) add_domain(domain);
      else if (key != "step")
        add(without_controls(key), value);
    return std::move(columns_);
  }

 private:
  void add(const std::string& name, const Json& value) {
    if (value.is_object()) {
      for (const auto& [key, part] : value.items()) add(name + "/" + without_controls(key), part);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) add(name + "/" + std::to_string(i), value[i]);
    } else if (value.is_number() || value.is_boolean()) {
      check(names_.insert(name).second, [&] {
        return Error(Fault::data, "records: a line has two numbers of one name").fact("name", name);
      });
      columns_.push_back({name, value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>()});
    }
  }

  /// The domain's name comes last, so that equal scores of all domains stand together when sorted.
  void add_domain(const Json& domain) {
    if (!domain.is_object()) return;
    const auto name = domain.find("name");
    const std::string text =
        name != domain.end() && name->is_string() ? without_controls(name->get<std::string>()) : "";
    for (const auto& [key, value] : domain.items()) add(without_controls(key) + "/" + text, value);
  }

  std::vector<NamedNumber> columns_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<NamedNumber> columns_of(const Json& line) { return Columns().of(line); }

ColumnTable ColumnTable::read(const std::filesystem::path& run) {
  const std::string file = (run / "metrics.jsonl").string();
  RecordedLines lines(file, true);
  ColumnTable table;
  while (const auto line = lines.next()) table.add(*line, file);
  return table;
}

void ColumnTable::add(const Json& line, const std::string& file) {
  // a record of 64 domains and 64 tensors has about 10,000 numbers
  constexpr std::size_t kMostColumns = 1 << 16, kMostCells = 1 << 27;
  std::vector<std::pair<std::size_t, double>> row;
  for (const NamedNumber& number : columns_of(line)) {
    const auto [place, is_new] = places_.emplace(number.name, columns_.size());
    if (is_new) columns_.push_back(number.name);
    row.emplace_back(place->second, number.value);
  }
  std::sort(row.begin(), row.end());
  rows_.push_back(std::move(row));
  check(columns_.size() <= kMostColumns && columns_.size() * rows_.size() <= kMostCells, [&] {
    return Error(Fault::data, "records: too many numbers for a table")
        .fact("file", file)
        .fact("line", std::to_string(rows_.size()))
        .fact("columns", std::to_string(columns_.size()) + ", at most " + std::to_string(kMostColumns))
        .fact("cells",
              std::to_string(columns_.size() * rows_.size()) + ", at most " + std::to_string(kMostCells));
  });
}

}  // namespace sand::experiments
