// out.txt, what a run said, held against what it says when it is made again.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/runs/difference.h"
#include "experiments/training/training.h"

namespace sand::experiments {

/// Every line must be one that the run says at its step. On trust are the lines about starts and stops: what
/// was trained on, by how many threads, where it went on; and of a run that is not finished, lines of records
/// that did not become lines of metrics.jsonl.
class OutText {
 public:
  /// Reads the file. Throws Error(data) for one that is too long, and what InputFile throws.
  OutText(const std::string& path, const Training& at_start);

  bool has_weights_after(int steps) const { return ends_.count(steps) == 1; }
  void compare(const Record& record, const Training& run);  ///< every record, in order
  void compare_weights(const Training& run);                ///< where has_weights_after() is true

  /// The first line that is otherwise, or that nothing was compared with.
  std::optional<Finding> finding(const Training& at_end) const;

 private:
  void compare(std::size_t line, const std::string& expected);
  std::vector<std::string> lines_;
  std::vector<bool> known_;  // lines that are as they must be, or on trust
  // lines by step: of tables, where mask reports begin, of weights
  std::map<int, std::vector<std::size_t>> records_, reports_, ends_;
  std::optional<Finding> finding_;
};

}  // namespace sand::experiments
