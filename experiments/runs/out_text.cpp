#include "experiments/runs/out_text.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <span>

#include "experiments/runs/record_table.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/mask_notes.h"
#include "nn/summary.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// "weights 0123456789abcdef after 41 steps" -> 41; -1 for anything else.
int steps_of_weights(const std::string& line) {
  int steps = -1, end = 0;
  return std::sscanf(line.c_str(), "weights %*16[0-9a-f] after %9d steps%n", &steps, &end) == 1 && end > 0
             ? steps
             : -1;
}

std::string never_learned(const Training& run) {
  const std::optional<std::string> reason = run.finished() ? run.loop().never_learned() : std::nullopt;
  return reason ? never_learned_line(*reason) : "";
}

}  // namespace

int step_of_record(const std::string& line) {
  int step = -1, end = 0;
  const bool found = std::sscanf(line.c_str(), "%9d%n", &step, &end) == 1 && end >= 6;
  return found && line.compare(static_cast<std::size_t>(end), 2, "  ") == 0 ? step : -1;
}

OutText::OutText(const std::string& path, const Training& run)
    : lines_(lines_of(InputFile(path).text(1 << 26))), known_(lines_.size()) {
  const std::vector<std::string> summary = lines_of(
      nn::summary(run.loop().model().network, run.loop().model().parameters, run.loop().data().example) +
      "\n");
  std::set<std::string> always(summary.begin(), summary.end());
  always.insert(table_head(run.loop().settings(), run.loop().data()));
  if (const auto note =
          note_on_tau(run.loop().settings(), static_cast<int>(run.loop().training_domains().size())))
    always.insert("note: " + *note);
  int last = -1;  // step of the previous line if it is a record, else -1
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    const std::string& text = lines_[line];
    if (last >= 0 && text.empty()) reports_[last].push_back(line);
    last = step_of_record(text);
    if (last >= 0) records_[last].push_back(line);
    if (const int steps = steps_of_weights(text); steps >= 0) ends_[steps].push_back(line);
    for (const std::string& start :
         {run.loop().settings().algorithm + " on " + run.loop().data().name + " (",
          std::string("goes on after step "), std::string("no usable checkpoint: starts over"),
          std::string("stopped on request after ")})
      if (text.compare(0, start.size(), start) == 0) known_[line] = true;
    if (always.count(text) == 1) known_[line] = true;
  }
}

void OutText::compare(std::size_t line, const std::string& expected) {
  const std::string found = line < lines_.size() ? lines_[line] : "nothing";
  if (line < lines_.size()) known_[line] = true;
  if (finding_ || found == expected) return;
  finding_ = {"out.txt differs",
              {{"line    ", std::to_string(line + 1)}, {"recorded", found}, {"replayed", expected}}};
}

void OutText::compare(const Record& record, const Training& run) {
  const std::string expected = table_line(record, run.loop().settings(), run.loop().training_domains());
  const auto said = records_.find(record.step);
  if (said == records_.end() && !finding_)
    finding_ = {"out.txt differs", {{"recorded", "nothing"}, {"replayed", expected}}};
  if (said != records_.end())
    for (const std::size_t line : said->second) compare(line, expected);
  const auto reports = reports_.find(record.step);
  if (reports == reports_.end() || !algorithm(run.loop().settings()).combiner->has_mask) return;
  const int domains = static_cast<int>(run.loop().training_domains().size());
  const std::vector<std::string> report =
      lines_of(report_with_notes(run.loop().settings(), domains, *record.masks) + "\n");
  for (const std::size_t first : reports->second)
    for (std::size_t i = 0; i < report.size(); ++i) compare(first + i, report[i]);
}

void OutText::compare_weights(const Training& run) {
  for (const std::size_t line : ends_.at(run.step())) compare(line, weights_line(run));
}

std::optional<Finding> OutText::finding(const Training& run) const {
  if (finding_) return finding_;
  const std::vector<std::string> stops =
      run.finished() ? early_stop_lines(run, true) : std::vector<std::string>();
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    const bool later = !run.finished() && step_of_record(lines_[line]) >= run.step();
    const bool stop = std::find(stops.begin(), stops.end(), lines_[line]) != stops.end();
    if (known_[line] || later || stop || (!lines_[line].empty() && lines_[line] == never_learned(run)))
      continue;
    return Finding{"out.txt has a line that the replay does not print",
                   {{"line ", std::to_string(line + 1)}, {"found", lines_[line]}}};
  }
  return std::nullopt;
}

}  // namespace sand::experiments
