#include "experiments/setup/given_data.h"

#include <algorithm>
#include <any>
#include <map>
#include <string>
#include <type_traits>

#include "experiments/setup/settings_table.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {

DataRequest with_given(const DataRequest& base, const DataRequest& asked) {
  std::map<std::string, std::any> defaults, given;
  const DataRequest nothing;
  visit_source_settings(nothing, [&](const Setting& setting, const auto& field) {
    defaults[setting.key] = std::decay_t<decltype(field)>(field);
  });
  visit_source_settings(asked, [&](const Setting& setting, const auto& field) {
    using Value = std::decay_t<decltype(field)>;
    if (field != std::any_cast<const Value&>(defaults[setting.key])) given[setting.key] = Value(field);
  });
  DataRequest merged = base;
  visit_source_settings(merged, [&](const Setting& setting, auto& field) {
    const auto found = given.find(setting.key);
    if (found != given.end()) field = std::any_cast<std::decay_t<decltype(field)>>(found->second);
  });
  merged.name = asked.name.empty() ? base.name : asked.name;
  merged.seed = asked.seed;
  return merged;
}

std::vector<std::string> given_flags(const DataRequest& asked) {
  std::map<std::string, std::any> defaults;
  std::vector<std::string> flags;
  const DataRequest nothing;
  visit_source_settings(nothing, [&](const Setting& setting, const auto& field) {
    defaults[setting.key] = std::decay_t<decltype(field)>(field);
  });
  visit_source_settings(asked, [&](const Setting& setting, const auto& field) {
    using Value = std::decay_t<decltype(field)>;
    if (std::string(setting.key) != "dataset" && field != std::any_cast<const Value&>(defaults[setting.key]))
      flags.push_back(first_flag(setting));
  });
  return flags;
}

void match_classes(domains::DataSet& data, const std::vector<std::string>& names, int count) {
  if (data.task != domains::Task::classify) return;
  if (names.empty() || data.class_names.empty()) {
    check(data.classes == count, [&] {
      return Error(Fault::data, "evaluate: the data have another number of classes than the run")
          .fact("expected", std::to_string(count))
          .fact("found", std::to_string(data.classes));
    });
    return;
  }
  std::vector<std::int32_t> places;
  for (const std::string& name : data.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    check(found != names.end(), [&] {
      std::string known;
      for (const std::string& of_run : names) known += (known.empty() ? "" : ", ") + printable(of_run);
      return Error(Fault::data, "evaluate: the run did not have a class of the data")
          .fact("found", in_quotes(name))
          .fact("known", known.substr(0, 300));
    });
    places.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  for (domains::Domain& domain : data.domains)
    for (std::int32_t& label : domain.labels) label = places[static_cast<std::size_t>(label)];
  data.class_names = names;
  data.classes = count;
}

}  // namespace sand::experiments
