// The numbers of a line of metrics.jsonl by name: the columns of `sandgrad export`, the tags of TensorBoard
// and the curves of the Python module.
#pragma once

#include <nlohmann/json_fwd.hpp>
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

}  // namespace sand::experiments
