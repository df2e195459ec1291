// The reports on several parts as text for people, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "experiments/training/part_report.h"

namespace sand::experiments {

struct ReportedPart {
  int env;           ///< number of the domain
  std::string part;  ///< "in", "out" or "all"
  PartReport report;
};

struct EvaluationReport {
  std::string file;  ///< of the weights
  int step = -1;     ///< of the weights; below 0: unknown
  int bins = 15;
  std::vector<ReportedPart> parts;
};

/// Names of classes, or of targets; their numbers if they have no names.
std::vector<std::string> answer_names(const domains::DataSet& data, Index outputs);

/// A table with a row for each part, then a confusion matrix (a table of labels, of numbers) for each.
std::string report_text(const EvaluationReport& report, const domains::DataSet& data, Index outputs);

/// One object in one line: "parts" has the numbers of the text, with all digits.
std::string report_json(const EvaluationReport& report, const domains::DataSet& data, Index outputs);

}  // namespace sand::experiments
