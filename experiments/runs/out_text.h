// Compares out.txt, the text that a run printed, with the text of its replay.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/runs/difference.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// "   100      0.1234  ..." -> 100, the step of a line of the table; -1 for any other line.
int step_of_record(const std::string& line);

/// Every line must be one that the run prints at its step. Lines about starts and stops are accepted
/// unchecked: the training data, the number of threads, the step of resumption. In a run that is not
/// finished, so are lines of records that are not in metrics.jsonl.
class OutText {
 public:
  /// Reads the file. Throws Error(data) for one that is too long, and what InputFile throws.
  OutText(const std::string& path, const Training& at_start);

  bool has_weights_after(int steps) const { return ends_.count(steps) == 1; }
  void compare(const Record& record, const Training& run);  ///< call it for every record, in order
  void compare_weights(const Training& run);                ///< call it where has_weights_after() is true

  /// The first line that differs or was not compared.
  std::optional<Finding> finding(const Training& at_end) const;

 private:
  void compare(std::size_t line, const std::string& expected);
  std::vector<std::string> lines_;
  std::vector<bool> known_;  // lines that are correct, or accepted unchecked
  // lines by step: of tables, of the starts of mask reports, of weights
  std::map<int, std::vector<std::size_t>> records_, reports_, ends_;
  std::optional<Finding> finding_;
};

}  // namespace sand::experiments
