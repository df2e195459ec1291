#include "experiments/runs/recorded_logs.h"

#include <nlohmann/json.hpp>

#include "experiments/runs/log_lines.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/setup/settings_json.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

Finding out_of_order(const std::string& name, const RecordedLines& lines, int expected,
                     const std::string& found) {
  return {name + ": a line is missing, doubled or out of order",
          {{"line", std::to_string(lines.count())},
           {"expected", expected < 0 ? "no line after the last record" : "step " + std::to_string(expected)},
           {"found", found}}};
}

/// The settings in a line of results.jsonl that differ. File paths decide nothing.
std::optional<Finding> other_settings(const Json& line, const Json& settings) {
  Json said = {{"args", line.value("args", Json())}, {"hparams", line.value("hparams", Json())}};
  if (said["args"].is_object()) {
    said["args"].erase("output_dir");
    for (const std::string& place : place_keys())
      if (settings["args"].contains(place)) said["args"][place] = settings["args"][place];
  }
  std::optional<Finding> found = difference("record.json and results.jsonl: a setting", settings, said);
  if (found)
    found->facts = {found->facts[0],
                    {"record.json  ", found->facts[1].second},
                    {"results.jsonl", found->facts[2].second}};
  return found;
}

}  // namespace

RecordedLogs read_logs(const std::filesystem::path& run, const Settings& settings) {
  RecordedLogs logs;
  RecordedLines metrics((run / "metrics.jsonl").string()), results((run / "results.jsonl").string());
  int expected = -1, expected_results = 0;
  while (const std::optional<Json> line = metrics.next()) {
    expected = line_after(expected, "metrics.jsonl", settings);
    if (expected < 0 || (*line)["step"] != expected) {
      logs.finding = out_of_order("metrics.jsonl", metrics, expected, "step " + (*line)["step"].dump());
      return logs;
    }
    logs.last_step = expected;
    const auto chain = line->find("chain");
    logs.chain = chain != line->end() && chain->is_string() ? chain->get<std::string>() : "";
    expected_results += is_result(settings, expected);
  }
  const Json own = Json::parse(settings_json(settings));
  expected = -1;
  while (const std::optional<Json> line = results.next()) {
    expected = line_after(expected, "results.jsonl", settings);
    logs.finding = expected < 0 || (*line)["step"] != expected
                       ? out_of_order("results.jsonl", results, expected, "step " + (*line)["step"].dump())
                       : other_settings(*line, own);
    if (logs.finding) return logs;
  }
  if (results.count() != expected_results)
    logs.finding = {
        "results.jsonl does not match the records in metrics.jsonl",
        {{"metrics.jsonl", std::to_string(metrics.count()) + " lines, " + std::to_string(expected_results) +
                               " of them with accuracies of all domains"},
         {"results.jsonl", std::to_string(results.count()) + " lines"}}};
  return logs;
}

}  // namespace sand::experiments
