#include "experiments/runs/evaluation_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using domains::Task;
using OrderedJson = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string formatted(const char* format, double number) {
  if (std::isnan(number)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}
std::string share_text(double share) { return std::isnan(share) ? "-" : formatted("%.1f%%", 100 * share); }
std::string share_text(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? "-" : share_text(static_cast<double>(some) / static_cast<double>(all));
}

/// Columns as wide as they need. Names, in the first `left` columns, are to the left, all others to the
/// right.
std::string table_text(const Rows& rows, std::size_t left) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - row[i].size(), ' ');
      text += "  " + (i < left ? row[i] + (i + 1 < row.size() ? blanks : "") : blanks + row[i]);
    }
    text += "\n";
  }
  return text;
}

std::string scores_text(const EvaluationReport& report, const domains::DataSet& data) {
  Rows rows = {{"env", "domain", "part", "examples"}};
  const bool numbers = data.task == Task::regress;
  const std::vector<std::string> heads =
      numbers ? std::vector<std::string>{"mse", "R2"}
              : std::vector<std::string>{"loss", data.task == Task::multilabel ? "labels right" : "accuracy",
                                         "calibration error"};
  rows[0].insert(rows[0].end(), heads.begin(), heads.end());
  for (const ReportedPart& part : report.parts) {
    const PartReport& r = part.report;
    const bool some = r.examples > 0;
    rows.push_back({std::to_string(part.env),
                    printable(data.domains[static_cast<std::size_t>(part.env)].name), part.part,
                    std::to_string(r.examples), some ? formatted("%.4g", r.score.loss) : "-"});
    if (numbers) {
      rows.back().push_back(formatted("%.4f", r.score.accuracy));
    } else {
      rows.back().push_back(share_text(r.score.accuracy));
      rows.back().push_back(formatted("%.4f", r.calibration_error));
    }
  }
  return table_text(rows, 3);
}

/// Rows are true classes, columns predicted ones.
Rows confusion_rows(const PartReport& report, const std::vector<std::string>& names) {
  Rows rows = {{"true \\ predicted"}};
  for (const std::string& name : names) rows[0].push_back(printable(name));
  rows[0].push_back("right");
  for (std::size_t c = 0; c < names.size(); ++c) {
    std::uint64_t all = 0;
    rows.push_back({printable(names[c])});
    for (const std::uint64_t count : report.confusion[c]) {
      all += count;
      rows.back().push_back(std::to_string(count));
    }
    rows.back().push_back(share_text(report.confusion[c][c], all));
  }
  return rows;
}

Rows label_rows(const PartReport& report, const std::vector<std::string>& names) {
  Rows rows = {{"label", "1, predicted 1", "1, predicted 0", "0, predicted 1", "0, predicted 0", "right"}};
  for (std::size_t t = 0; t < names.size(); ++t) {
    const LabelCounts& counts = report.labels[t];
    rows.push_back({printable(names[t])});
    for (const std::uint64_t count :
         {counts.true_positives, counts.false_negatives, counts.false_positives, counts.true_negatives})
      rows.back().push_back(std::to_string(count));
    rows.back().push_back(share_text(counts.true_positives + counts.true_negatives, report.examples));
  }
  return rows;
}

Rows target_rows(const PartReport& report, const std::vector<std::string>& names) {
  Rows rows = {{"number", "mse", "R2"}};
  for (std::size_t t = 0; t < names.size(); ++t)
    rows.push_back({printable(names[t]), formatted("%.4g", report.targets[t].mse),
                    formatted("%.4f", report.targets[t].r2)});
  return rows;
}

OrderedJson json_of(const PartReport& report, Task task, const std::vector<std::string>& names) {
  OrderedJson json = {{"examples", report.examples}};
  if (report.examples == 0) return json;
  json[task == Task::regress ? "mse" : "loss"] = report.score.loss;
  json[task == Task::regress      ? "r2"
       : task == Task::multilabel ? "label_accuracy"
                                  : "accuracy"] = report.score.accuracy;
  if (task != Task::regress) json["calibration_error"] = report.calibration_error;
  for (std::size_t i = 0; i < report.confusion.size(); ++i) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : report.confusion[i]) all += count;
    OrderedJson of_class = {{"name", names[i]}, {"examples", all}, {"right", report.confusion[i][i]}};
    if (all > 0)
      of_class["accuracy"] = static_cast<double>(report.confusion[i][i]) / static_cast<double>(all);
    json["classes"].push_back(of_class);
  }
  if (!report.confusion.empty()) json["confusion"] = report.confusion;
  for (std::size_t i = 0; i < report.labels.size(); ++i)
    json["labels"].push_back({{"name", names[i]},
                              {"true_positives", report.labels[i].true_positives},
                              {"false_positives", report.labels[i].false_positives},
                              {"false_negatives", report.labels[i].false_negatives},
                              {"true_negatives", report.labels[i].true_negatives}});
  for (std::size_t i = 0; i < report.targets.size(); ++i)
    json["targets"].push_back(
        {{"name", names[i]}, {"mse", report.targets[i].mse}, {"r2", report.targets[i].r2}});
  return json;
}

}  // namespace

std::vector<std::string> answer_names(const domains::DataSet& data, Index outputs) {
  const bool classes = data.task == Task::classify;
  std::vector<std::string> names = classes ? data.class_names : data.target_names;
  const std::size_t count = static_cast<std::size_t>(classes ? data.classes : outputs);
  for (std::size_t i = names.size(); i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

std::string report_text(const EvaluationReport& report, const domains::DataSet& data, Index outputs) {
  constexpr std::size_t kMostShown = 20;  // classes of a matrix
  const std::vector<std::string> names = answer_names(data, outputs);
  std::string text = scores_text(report, data);
  if (data.task != Task::regress)
    text += "calibration error: expected, over " + std::to_string(report.bins) +
            " bins (Guo et al. 2017, arXiv 1706.04599)\n";
  if (data.task == Task::regress && names.size() == 1) return text;
  if (names.size() > kMostShown)
    return text + "--json has the " + std::to_string(names.size()) + " classes\n";
  for (const ReportedPart& part : report.parts) {
    if (part.report.examples == 0) continue;
    const Rows rows = data.task == Task::classify     ? confusion_rows(part.report, names)
                      : data.task == Task::multilabel ? label_rows(part.report, names)
                                                      : target_rows(part.report, names);
    text += "\n" + printable(data.domains[static_cast<std::size_t>(part.env)].name) + ", " + part.part +
            "\n" + table_text(rows, 1);
  }
  return text;
}

std::string report_json(const EvaluationReport& report, const domains::DataSet& data, Index outputs) {
  const std::vector<std::string> names = answer_names(data, outputs);
  OrderedJson json = {{"weights", printable(report.file)},
                      {"step", report.step < 0 ? OrderedJson() : OrderedJson(report.step)},
                      {"data", data.name},
                      {"bins", report.bins},
                      {"parts", OrderedJson::array()}};
  for (const ReportedPart& part : report.parts) {
    OrderedJson entry = {{"env", part.env},
                         {"domain", printable(data.domains[static_cast<std::size_t>(part.env)].name)},
                         {"part", part.part}};
    entry.update(json_of(part.report, data.task, names));
    json["parts"].push_back(entry);
  }
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace sand::experiments
