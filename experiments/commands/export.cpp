// `sandgrad export`: a run's measurements as CSV and its weights as .npz, for other programs.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/runs/record_columns.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/runs/recorded_weights.h"
#include "tensor/digits.h"
#include "tensor/npz.h"

namespace sand::experiments {
namespace {

struct ExportOptions {
  std::string run, csv, npz;
};

/// Rows with the numbers that they have: a record without an evaluation has no scores.
struct Rows {
  std::vector<std::string> columns;                               // by first appearance
  std::vector<std::vector<std::pair<std::size_t, double>>> rows;  // place of the column, value

  void add(const std::vector<NamedNumber>& numbers, const std::string& file);

 private:
  std::map<std::string, std::size_t> places_;
};

void Rows::add(const std::vector<NamedNumber>& numbers, const std::string& file) {
  constexpr std::size_t kMostColumns = 1 << 16;  // a record of 64 domains and 64 tensors has about 10,000
  std::vector<std::pair<std::size_t, double>> row;
  for (const NamedNumber& number : numbers) {
    const auto [place, is_new] = places_.emplace(number.name, columns.size());
    if (is_new) columns.push_back(number.name);
    row.emplace_back(place->second, number.value);
  }
  check(columns.size() <= kMostColumns, [&] {
    return Error(Fault::data, "export: the records have more than 65536 different numbers")
        .fact("file", file)
        .fact("line", std::to_string(rows.size() + 1));
  });
  std::sort(row.begin(), row.end());
  rows.push_back(std::move(row));
}

/// A field of a header, RFC 4180: in quotes, quotes doubled.
std::string quoted(const std::string& text) {
  std::string field = "\"";
  for (const char letter : text) field += letter == '"' ? "\"\"" : std::string(1, letter);
  return field + "\"";
}

std::string csv_of(const Rows& rows) {
  std::string text;
  for (const std::string& column : rows.columns) text += (text.empty() ? "" : ",") + quoted(column);
  text += "\n";
  for (const auto& row : rows.rows) {
    std::size_t next = 0;
    for (const auto& [place, value] : row) {
      for (; next < place; ++next) text += ",";
      text += shortest(value);
    }
    text += std::string(rows.columns.size() - 1 - next, ',') + "\n";
  }
  return text;
}

void write_csv(const std::string& run, const std::string& path) {
  const std::string log = (std::filesystem::path(run) / "metrics.jsonl").string();
  RecordedLines lines(log, true);
  Rows rows;
  while (const auto line = lines.next()) rows.add(columns_of(*line), log);
  check(!rows.rows.empty(),
        [&] { return Error(Fault::missing, "export: the run has no record yet").fact("file", log); });
  const std::string text = csv_of(rows);
  NewFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
  std::printf("%s: %zu records, %zu columns\n", path.c_str(), rows.rows.size(), rows.columns.size());
}

void write_npz(const std::string& run, const std::string& path) {
  const RecordedWeights weights = recorded_weights(run);
  NpzFile file(path);
  for (const auto& [name, tensor] : weights.tensors) file.add(name, tensor);
  file.commit();
  std::printf("%s: %zu arrays, %s\n", path.c_str(), weights.tensors.size(), weights.file.c_str());
}

int export_run(const ExportOptions& options) {
  check(!options.csv.empty() || !options.npz.empty(), [] {
    return Error(Fault::usage, "export: nothing to write").hint("--csv FILE, --npz FILE, or both");
  });
  check(options.csv != options.npz, [&] {
    return Error(Fault::usage, "export: two results need two files").fact("found", options.csv + " twice");
  });
  if (!options.csv.empty()) write_csv(options.run, options.csv);
  if (!options.npz.empty()) write_npz(options.run, options.npz);
  return 0;
}

}  // namespace

void add_export(Command& command) {
  static ExportOptions o;
  command.option("run", o.run, "directory of the run").required().refuses_empty();
  command
      .option("--csv", o.csv,
              "CSV file to write: one line per record, one column per number of metrics.jsonl")
      .refuses_empty();
  command
      .option("--npz", o.npz,
              ".npz file to write: the weights by name, of the last checkpoint if the run is not finished")
      .refuses_empty();
  command.run([] { return export_run(o); });
}

}  // namespace sand::experiments
