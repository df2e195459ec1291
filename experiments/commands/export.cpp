// `sandgrad export`: a run's measurements as CSV and its weights as .npz, for other programs.
#include <cstdio>
#include <span>
#include <string>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/runs/record_columns.h"
#include "experiments/runs/recorded_weights.h"
#include "tensor/digits.h"
#include "tensor/npz.h"

namespace sand::experiments {
namespace {

struct ExportOptions {
  std::string run, csv, npz;
};

/// A field of a header, RFC 4180: in quotes, quotes doubled.
std::string quoted(const std::string& text) {
  std::string field = "\"";
  for (const char letter : text) field += letter == '"' ? "\"\"" : std::string(1, letter);
  return field + "\"";
}

std::string csv_of(const ColumnTable& table) {
  std::string text;
  for (const std::string& column : table.columns()) text += (text.empty() ? "" : ",") + quoted(column);
  text += "\n";
  for (std::size_t i = 0; i < table.rows(); ++i) {
    std::size_t next = 0;
    for (const auto& [place, value] : table.row(i)) {
      for (; next < place; ++next) text += ",";
      text += shortest(value);
    }
    text += std::string(table.columns().size() - 1 - next, ',') + "\n";
  }
  return text;
}

void write_csv(const std::string& run, const std::string& path) {
  const ColumnTable table = ColumnTable::read(run);
  check(table.rows() > 0,
        [&] { return Error(Fault::missing, "export: the run has no record yet").fact("run", run); });
  const std::string text = csv_of(table);
  NewFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
  std::printf("%s: %zu records, %zu columns\n", path.c_str(), table.rows(), table.columns().size());
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
      .option(
          "--csv", o.csv,
          "CSV file to write: one line per record, one column per number of metrics.jsonl (default: none)")
      .refuses_empty();
  command
      .option("--npz", o.npz,
              ".npz file to write: the weights by name, of the last checkpoint if the run is not finished "
              "(default: none)")
      .refuses_empty();
  command.run([] { return export_run(o); });
}

}  // namespace sand::experiments
