// `sandgrad data check`: what is in a data set, and what in it would spoil an experiment.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/setup/data_report.h"
#include "experiments/setup/run_data.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

struct DataCheckOptions {
  DataRequest request;
  int threads = 0;
  bool json = false;
};

Json json_of(const ExampleId& id, const domains::DataSet& data) {
  return {{"domain", printable(data.domains[id.domain].name)}, {"example", id.example}};
}

void print_json(const domains::DataSet& data, const DataReport& report) {
  Json json = {{"name", data.name},
               {"source", data.source},
               {"inputs", data.example.size()},
               {"classes", Json::array()},
               {"domains", Json::array()},
               {"constant", report.constant},
               {"problems", report.problems},
               {"warnings", report.warnings},
               {"duplicates", {{"examples", report.duplicates.examples}}}};
  for (std::size_t c = 0; c < static_cast<std::size_t>(data.classes); ++c)
    json["classes"].push_back(class_name(data, c));
  for (std::size_t d = 0; d < data.domains.size(); ++d)
    json["domains"].push_back({{"name", printable(data.domains[d].name)},
                               {"examples", data.domains[d].size()},
                               {"of_class", report.counts[d]}});
  if (report.duplicates.examples > 0)
    json["duplicates"]["first"] = {json_of(report.duplicates.first, data),
                                   json_of(report.duplicates.other, data)};
  std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

/// Rows of texts, in columns as wide as they need: the second one to the left, all others to the right.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - row[i].size(), ' ');
      line += "  " + (i == 1 ? row[i] + blanks : blanks + row[i]);
    }
    std::printf("%s\n", line.c_str());
  }
}

/// A row for each domain, with the number of its examples of each class, or of the rarest and commonest class
/// if the classes are many.
void print_counts(const domains::DataSet& data, const DataReport& report) {
  constexpr int kMostClasses = 10;
  std::vector<std::vector<std::string>> rows = {{"env", "domain", "examples"}};
  for (int c = 0; c < data.classes && data.classes <= kMostClasses; ++c)
    rows[0].push_back(printable(class_name(data, static_cast<std::size_t>(c))));
  if (data.classes > kMostClasses) rows[0].insert(rows[0].end(), {"rarest class", "commonest class"});
  for (std::size_t d = 0; d < data.domains.size(); ++d) {
    const std::vector<std::uint64_t>& counts = report.counts[d];
    rows.push_back(
        {std::to_string(d), printable(data.domains[d].name), std::to_string(data.domains[d].size())});
    if (data.classes <= kMostClasses) {
      for (const std::uint64_t count : counts) rows.back().push_back(std::to_string(count));
    } else {
      const auto [least, greatest] = std::minmax_element(counts.begin(), counts.end());
      rows.back().insert(rows.back().end(), {std::to_string(*least), std::to_string(*greatest)});
    }
  }
  print_table(rows);
}

int data_check(const DataCheckOptions& options) {
  const Threads threads(options.threads);
  const domains::DataSet data = data_set_of(options.request, threads);
  const DataReport report = report_on(data, threads);
  const int code = report.problems.empty() ? 0 : static_cast<int>(Fault::data);
  if (options.json) {
    print_json(data, report);
    return code;
  }
  std::printf("%s, %s\n", data.name.c_str(), data.source.c_str());
  print_counts(data, report);
  for (const std::string& line : report.problems) std::printf("problem: %s\n", line.c_str());
  for (const std::string& line : report.warnings) std::printf("warning: %s\n", line.c_str());
  if (report.problems.empty() && report.warnings.empty()) std::printf("no problems found\n");
  return code;
}

}  // namespace

void add_data_check(Command& data) {
  static DataCheckOptions o;
  Command command = data.subcommand(
      "check", "Count the examples of domains and classes; find what would spoil an experiment");
  add_source_settings(command, o.request, [](const Setting& setting) { return setting; });
  command.group("Data");
  command.option("--photo-cache,--photo_cache", o.request.photo_cache,
                 "directory for decoded photos, or none (default none)");
  command.option("--trial-seed,--trial_seed", o.request.seed, "seed of the data (default 0)",
                 {0, kLargestSeed});
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print one JSON object");
  command.run([] { return data_check(o); });
}

}  // namespace sand::experiments
