// The numbers of a line of metrics.jsonl by name: the columns of `sandgrad export`, the tags of TensorBoard
// and the curves of the Python module.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sand::experiments {

struct NamedNumber {
  std::string name;  ///< "loss", "in_accuracy/NAME OF THE DOMAIN", "mask/total/open", "weights/0"
  double value;
};

/// All numbers of the line, `step` first, then in the order of its keys. true counts as 1, false as 0. Text
/// and null are left out. The line is untrusted: control characters in names are escaped. Throws Error(data)
/// for two numbers of one name, such as two domains with equal names.
std::vector<NamedNumber> columns_of(const nlohmann::json& line);

/// The numbers of many lines. A record without an evaluation has no scores, so rows have gaps.
class ColumnTable {
 public:
  /// All lines of metrics.jsonl. Throws Error(data) for more than 65,536 columns or 2^27 cells, and what
  /// RecordedLines throws; leaves out an incomplete last line.
  static ColumnTable read(const std::filesystem::path& run);
  void add(const nlohmann::json& line, const std::string& file);

  const std::vector<std::string>& columns() const { return columns_; }  ///< by first appearance
  std::size_t rows() const { return rows_.size(); }
  /// Pairs of a column's index and its value, ascending.
  std::span<const std::pair<std::size_t, double>> row(std::size_t i) const { return rows_[i]; }

 private:
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> places_;
  std::vector<std::vector<std::pair<std::size_t, double>>> rows_;
};

}  // namespace sand::experiments
