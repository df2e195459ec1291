#include "experiments/sweeps/data_cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/setup/run_data.h"
#include "experiments/setup/settings_table.h"

namespace sand::experiments {
namespace {

std::string source_of(const Settings& settings) {
  nlohmann::json json = {{"seed", settings.data.seed}};
  visit_source_settings(settings.data,
                        [&](const Setting& setting, const auto& field) { json[setting.key] = field; });
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::shared_ptr<const domains::DataSet> DataCache::get(const Settings& settings, const Threads& threads) {
  const std::string source = source_of(settings);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.source == source && (!entry.data->fit || entry.test_domains == settings.test_domains);
  });
  if (found != entries_.end()) {
    std::rotate(found, found + 1, entries_.end());
    return entries_.back().data;
  }
  if (entries_.size() >= most_) entries_.erase(entries_.begin());  // first: both may not fit into memory
  ++reads_;
  entries_.push_back({source, settings.test_domains,
                      std::make_shared<const domains::DataSet>(data_set_of(settings, threads))});
  return entries_.back().data;
}

}  // namespace sand::experiments
