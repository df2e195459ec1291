// What the text files of a run directory say. They are untrusted, and may be half written or of another
// version: what cannot be read is left out, with a note.
#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sand::experiments {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct PartScores {
  double score = kUnknown;  ///< accuracy, share of right labels, or R^2
  double loss = kUnknown;   ///< of numbers to predict: mean squared error
};

/// Shares of the weights, 0 to 1, of one tensor or of all.
struct MaskShares {
  double closed = kUnknown, partial = kUnknown, open = kUnknown;
  std::vector<double> balance = {};  ///< [E + 1] weights with |n_plus - n_minus| = 0 .. E
};

/// One line of metrics.jsonl. Lists have an entry for every domain, or tensor, of the run.
struct LogRecord {
  double step = 0, loss = kUnknown;
  std::vector<PartScores> in = {}, out = {};
  MaskShares mask = {};
  std::vector<MaskShares> tensors = {};
};

struct RunLog {
  std::filesystem::path folder;
  std::string label;  ///< for charts: the name of the folder
  std::string data_set, method, source, version, program;
  std::vector<std::pair<std::string, std::string>> settings;  ///< name and value, sorted by name
  std::vector<std::string> domains, tensors;
  std::vector<int> test_domains;
  double tau = kUnknown;
  std::string score = "accuracy";  ///< its name; of numbers "R2"
  bool score_is_share = true;
  std::vector<LogRecord> records;  ///< at most kMostRecords, evenly spread, and the last
  std::size_t lines = 0;           ///< of metrics.jsonl
  bool finished = false;
  std::vector<std::string> notes;  ///< what is missing or wrong

  bool is_test(std::size_t domain) const;
};
constexpr std::size_t kMostRecords = 800;

/// Throws Error(missing) if the directory holds no run, Error(data) if its record.json is no JSON object.
RunLog read_run_log(const std::filesystem::path& folder);

/// The last part of a path, escaped.
std::string folder_label(const std::filesystem::path& folder);

}  // namespace sand::experiments
