#include "experiments/report/report.h"

#include <algorithm>
#include <functional>
#include <map>

#include "experiments/report/curves.h"
#include "experiments/report/mask_charts.h"
#include "experiments/report/network_charts.h"
#include "experiments/report/run_log.h"
#include "experiments/report/setting_tables.h"
#include "experiments/report/sweep_charts.h"
#include "experiments/training/weight_name.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

/// The lines of an error stay lines.
std::string warning_html(const std::string& text) {
  std::string html;
  for (std::size_t at = 0, end; at <= text.size(); at = end + 1) {
    end = std::min(text.find('\n', at), text.size());
    html += (at == 0 ? "" : "\n") + escaped_text(text.substr(at, end - at));
  }
  return "<p class=\"warn\">" + html + "</p>\n";
}

/// Charts in a grid. Their ids are `start`-0, `start`-1, ...
std::string charts_html(const std::vector<Chart>& charts, const std::string& start) {
  std::string html = "<div class=\"charts\">\n";
  for (std::size_t i = 0; i < charts.size(); ++i)
    html += html_figure(charts[i], start + "-" + std::to_string(i));
  return html + "</div>\n";
}

/// Sections of the same kind of chart for all runs.
struct ChartSections {
  std::vector<Chart> curves, masks, agreement, cosines, weights, surface, predictions;
};

void append(std::vector<Chart>& to, std::vector<Chart> charts) {
  for (Chart& chart : charts) to.push_back(std::move(chart));
}

/// Leaves out a chart that is there already: runs on the same data have the same signatures.
void append_new(std::vector<Chart>& to, std::vector<Chart> charts) {
  for (Chart& chart : charts) {
    const bool known = std::any_of(to.begin(), to.end(), [&](const Chart& other) {
      return other.title == chart.title && other.table.rows == chart.table.rows;
    });
    if (!known) to.push_back(std::move(chart));
  }
}

DataTable summary(const std::vector<RunLog>& logs) {
  DataTable table{.caption = "The runs",
                  .head = {"run", "method", "data", "test domains", "last step", "score on training domains",
                           "score on test domains", "state", "program"},
                  .rows = {},
                  .words = true};
  for (const RunLog& log : logs) {
    const LogRecord last = log.records.empty() ? LogRecord{} : log.records.back();
    std::string tests;
    for (std::size_t e = 0; e < log.domains.size(); ++e)
      if (log.is_test(e)) tests += (tests.empty() ? "" : ", ") + log.domains[e];
    const auto score = [&](bool of_test) {
      const double mean = mean_score(log, last, of_test, false);
      return log.score_is_share ? percent_text(mean) : number_text(mean);
    };
    table.rows.push_back({log.label, log.method, log.data_set + ", " + log.source,
                          tests.empty() ? "none" : tests, log.records.empty() ? "-" : number_text(last.step),
                          score(false), score(true), log.finished ? "finished" : "not finished",
                          log.version + ", " + log.program});
  }
  return table;
}

/// Runs of the same name get a number.
void make_labels_unique(std::vector<RunLog>& logs) {
  std::map<std::string, int> seen;
  for (RunLog& log : logs)
    if (const int before = seen[log.label]++; before > 0)
      log.label += " (" + std::to_string(before + 1) + ")";
}

/// Adds the charts of one run. What cannot be made becomes a note.
void add_run(const ReportRequest& request, RunLog& log, ChartSections& charts) {
  append(charts.curves, curve_charts(log));
  append(charts.masks, mask_charts(log));
  append(charts.agreement, agreement_charts(log));
  try {
    const NetworkOptions options{.whole_replay = request.whole_replay};
    NetworkCharts network = request.data ? network_charts(log, *request.data, request.threads, options)
                                         : network_charts(log, request.data_dir, request.threads, options);
    append(charts.cosines, std::move(network.cosines));
    append(charts.weights, std::move(network.weights));
    append_new(charts.surface, std::move(network.surface));
    append(charts.predictions, std::move(network.predictions));
    log.notes.insert(log.notes.end(), network.notes.begin(), network.notes.end());
  } catch (const Error& error) {
    log.notes.push_back(std::string("charts that need the network and its data are missing: ") +
                        error.what());
  }
}

std::string warnings_html(const std::vector<RunLog>& logs) {
  std::string html;
  for (const RunLog& log : logs)
    for (const std::string& note : log.notes) html += warning_html(log.label + ": " + note);
  return html.empty() ? "<p>None.</p>\n" : html;
}

void add_chart_sections(std::vector<PageSection>& sections, const ChartSections& charts) {
  const auto add = [&](const char* id, const char* heading, const std::vector<Chart>& list) {
    if (!list.empty()) sections.push_back({id, heading, charts_html(list, std::string(id) + "-chart")});
  };
  add("curves", "Learning curves", charts.curves);
  add("masks", "Masks", charts.masks);
  add("agreement", "Agreement of the domains", charts.agreement);
  add("cosines", "Gradients of the domains", charts.cosines);
  add("layer", "First layer", charts.weights);
  add("surface", "Decision surface", charts.surface);
  add("predictions", "Predictions", charts.predictions);
}

void add_run_sections(std::vector<PageSection>& sections, const ReportRequest& request,
                      const std::vector<fs::path>& folders) {
  std::vector<RunLog> logs;
  for (const fs::path& folder : folders) logs.push_back(read_run_log(folder));
  make_labels_unique(logs);
  ChartSections charts;
  if (logs.size() > 1) charts.curves = comparison_charts(logs);
  for (RunLog& log : logs) add_run(request, log, charts);
  const DataTable differences = setting_differences(logs);
  std::string settings = logs.size() < 2            ? ""
                         : differences.rows.empty() ? "<p>The runs have the same settings.</p>"
                                                    : html_table(differences);
  settings += "<details><summary>All settings</summary>" + html_table(all_settings(logs)) + "</details>\n";
  sections.push_back({"runs", "Runs", html_table(summary(logs))});
  sections.push_back({"warnings", "Warnings", warnings_html(logs)});
  sections.push_back({"settings", "Settings", settings});
  add_chart_sections(sections, charts);
}

PageSection sweep_section(const fs::path& folder, int number, const Threads& threads) {
  const std::string id = "sweep-" + std::to_string(number);
  PageSection section{id, "Sweep " + folder_label(folder), ""};
  const SweepReport report = sweep_report(folder, threads);
  for (const std::string& note : report.notes) section.html += warning_html(note);
  for (const DataTable& table : report.tables) section.html += html_table(table) + "\n<p></p>";
  if (!report.scatters.empty())
    section.html +=
        "<h3>Hyper-parameters against the score</h3>" + charts_html(report.scatters, id + "-chart");
  if (!report.runs.rows.empty())
    section.html += "<details><summary>Runs of the sweep</summary>" + html_table(report.runs) + "</details>";
  return section;
}

bool is_run(const fs::path& folder) {
  std::error_code failure;
  return fs::exists(folder / "record.json", failure);
}

}  // namespace

std::string report_page(const ReportRequest& request) {
  std::vector<fs::path> runs, sweeps;
  std::string names;
  for (const fs::path& folder : request.folders) {
    std::error_code failure;
    check(fs::exists(folder, failure), [&] {
      return Error(Fault::missing, "report: there is no such directory").fact("path", folder.string());
    });
    check(is_run(folder) || holds_sweep(folder), [&] {
      return Error(Fault::missing, "report: the directory holds neither a run nor a sweep")
          .fact("path", folder.string())
          .hint("name the --output-dir of a run (it has record.json), or the directory of a sweep");
    });
    (is_run(folder) ? runs : sweeps).push_back(folder);
    names += (names.empty() ? "" : ", ") + folder_label(folder);
  }
  std::vector<PageSection> sections;
  if (!runs.empty()) add_run_sections(sections, request, runs);
  int number = 0;
  for (const fs::path& sweep : sweeps)
    sections.push_back(sweep_section(sweep, number++, Threads(request.threads)));
  return html_page("Sandgrad report: " + shortened(names, 120),
                   std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs") + ", " +
                       std::to_string(sweeps.size()) + (sweeps.size() == 1 ? " sweep." : " sweeps.") +
                       " Below each picture are its numbers.",
                   sections,
                   "Made by sandgrad report, version " SANDGRAD_VERSION ". This page needs no other file.");
}

void write_report(const ReportRequest& request, const std::string& path) {
  const std::string page = report_page(request);
  NewFile file(path);
  file.write(std::as_bytes(std::span(page)));
  file.commit();
}

const std::vector<std::string>& plot_kinds() {
  static const std::vector<std::string> kinds = {"curves",  "masks", "agreement",
                                                 "cosines", "layer", "surface"};
  return kinds;
}

std::vector<Chart> plot_charts(const PlotRequest& request) {
  const RunLog log = read_run_log(request.run);
  const auto need = [&](std::vector<Chart> charts, const std::string& why) {
    check(!charts.empty(), [&] {
      return Error(Fault::data, "plot: the run has no " + request.what + ": " + why)
          .fact("run", request.run.string());
    });
    return charts;
  };
  if (request.what == "curves") return need(curve_charts(log), "it has no record yet");
  if (request.what == "masks") return need(mask_charts(log), "no record has a report on masks");
  if (request.what == "agreement") return need(agreement_charts(log), "no record counts agreement");
  NetworkOptions options{.cosines = request.what == "cosines",
                         .weights = request.what == "layer",
                         .surface = request.what == "surface",
                         .predictions = false,
                         .whole_replay = request.whole_replay};
  NetworkCharts charts = network_charts(log, request.data_dir, request.threads, options);
  if (options.cosines) return need(std::move(charts.cosines), "it trains on one domain");
  if (options.weights) return need(std::move(charts.weights), "its network has no layer with weights");
  return need(std::move(charts.surface),
              "its examples must have two numbers and a class, or be Spirals, and it needs a checkpoint");
}

}  // namespace sand::experiments
