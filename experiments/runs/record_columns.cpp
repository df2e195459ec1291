#include "experiments/runs/record_columns.h"

#include <nlohmann/json.hpp>
#include <set>

#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

class Columns {
 public:
  std::vector<NamedNumber> of(const Json& line) {
    if (line.contains("step")) add("step", line["step"]);
    for (const auto& [key, value] : line.items())
      if (key == "domains" && value.is_array())
        for (const Json& domain : value) add_domain(domain);
      else if (key != "step")
        add(without_controls(key), value);
    return std::move(columns_);
  }

 private:
  void add(const std::string& name, const Json& value) {
    if (value.is_object()) {
      for (const auto& [key, part] : value.items()) add(name + "/" + without_controls(key), part);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) add(name + "/" + std::to_string(i), value[i]);
    } else if (value.is_number() || value.is_boolean()) {
      check(names_.insert(name).second, [&] {
        return Error(Fault::data, "records: a line has two numbers of one name").fact("name", name);
      });
      columns_.push_back({name, value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>()});
    }
  }

  /// The domain's name comes last, so that equal scores of all domains stand together when sorted.
  void add_domain(const Json& domain) {
    if (!domain.is_object()) return;
    const auto name = domain.find("name");
    const std::string text =
        name != domain.end() && name->is_string() ? without_controls(name->get<std::string>()) : "";
    for (const auto& [key, value] : domain.items()) add(without_controls(key) + "/" + text, value);
  }

  std::vector<NamedNumber> columns_;
  std::set<std::string> names_;
};

}  // namespace

std::vector<NamedNumber> columns_of(const Json& line) { return Columns().of(line); }

}  // namespace sand::experiments
