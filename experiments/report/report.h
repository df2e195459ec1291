// The report: one HTML page on one or several runs and sweeps.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/report/chart.h"

namespace sand::experiments {

struct ReportRequest {
  std::vector<std::filesystem::path> folders;  ///< of runs and sweeps
  std::string data_dir;                        ///< of the runs' data; "": the recorded directories
  int threads = 0;
  bool whole_replay = false;               ///< see ReplayOptions
  const domains::DataSet* data = nullptr;  ///< of all runs; null: read as their records say
};

/// The page. A part that cannot be shown is replaced by a note with the reason. Throws Error(missing) for a
/// folder that is neither a run nor a sweep, Error(data) for a record.json that is no JSON object.
std::string report_page(const ReportRequest& request);

/// Writes the page to a file, atomically. Throws Error(io), and what report_page throws.
void write_report(const ReportRequest& request, const std::string& path);

/// The charts of `sandgrad plot`.
const std::vector<std::string>& plot_kinds();  ///< "curves", "masks", ...
struct PlotRequest {
  std::filesystem::path run;
  std::string what;  ///< one of plot_kinds()
  std::string data_dir;
  int threads = 0;
  bool whole_replay = false;
};
/// Throws Error(data) with the reason if the run has no such chart, and what reading the run throws.
std::vector<Chart> plot_charts(const PlotRequest& request);

}  // namespace sand::experiments
