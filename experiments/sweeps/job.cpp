#include "experiments/sweeps/job.h"

#include <set>
#include <type_traits>

#include "experiments/machine/parse_json.h"
#include "experiments/setup/seed_hash.h"
#include "experiments/setup/settings_table.h"
#include "tensor/error.h"
#include "tensor/md5.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;  // sorts the keys of objects, as sort_keys does

/// What a sweep varies, and what it gives to every job as DomainBed does.
const std::set<std::string>& planned_keys() {
  static const std::set<std::string> keys = {"dataset",      "algorithm", "test_envs", "holdout_fraction",
                                             "hparams_seed", "data_dir",  "task",      "trial_seed",
                                             "seed",         "steps",     "hparams"};
  return keys;
}

template <class Value>
Json json_of(const Setting& setting, const Value& field) {
  if constexpr (std::is_same_v<Value, std::string>) return setting.is_place ? printable(field) : field;
  return field;
}

}  // namespace

std::string python_json(const Json& json) {
  std::string text;
  if (json.is_object()) {
    for (const auto& [name, value] : json.items())
      text += (text.empty() ? "" : ", ") + Json(name).dump(-1, ' ', true) + ": " + python_json(value);
    return "{" + text + "}";
  }
  if (json.is_array()) {
    for (const Json& value : json) text += (text.empty() ? "" : ", ") + python_json(value);
    return "[" + text + "]";
  }
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string job_id(const Json& args) {
  const std::string text = python_json(args);
  return Md5().add(std::as_bytes(std::span(text))).hex();
}

std::uint32_t job_seed(const std::string& data_set, const std::string& algorithm,
                       const std::vector<int>& test_domains, std::int64_t hparams_seed,
                       std::int64_t trial_seed) {
  std::string domains;
  for (const int domain : test_domains) domains += (domains.empty() ? "" : ", ") + std::to_string(domain);
  return seed_hash("('" + data_set + "', '" + algorithm + "', [" + domains + "], " +
                   std::to_string(hparams_seed) + ", " + std::to_string(trial_seed) + ")");
}

RunRequest job_defaults() {
  RunRequest request;
  request.protocol_name = "domainbed";
  request.domainbed_defaults = request.allow_closed = true;
  return request;
}

RunRequest request_of(const Job& job) {
  RunRequest request = job_defaults();
  std::set<std::string> known = {"task", "hparams"};
  const auto wrong = [&](const std::string& why) {
    return Error(Fault::data, "sweep: the arguments of a job are invalid: " + why).fact("job", job.id);
  };
  try {
    visit_settings(request, [&](const char*, const Setting& setting, auto& field) {
      using Value = std::decay_t<decltype(field)>;
      if (*setting.key == '\0' || !known.insert(setting.key).second || !job.args.contains(setting.key))
        return;
      field = value_of<Value>(job.args, setting.key);
      if constexpr (std::is_same_v<Value, std::string>)
        if (setting.is_place) field = name_of_printable(field);
    });
    if (job.args.contains("hparams")) request.hparams_json = value_of<std::string>(job.args, "hparams");
  } catch (const Error& problem) {
    throw wrong(problem.what());
  }
  for (const auto& [name, value] : job.args.items())
    check(known.count(name) == 1, [&] { return wrong("no setting is called " + name); });
  return request;
}

Json extra_args(const RunRequest& request) {
  Json standard = Json::object(), args = Json::object();
  const RunRequest defaults = job_defaults();
  visit_settings(defaults, [&](const char*, const Setting& setting, const auto& field) {
    if (*setting.key != '\0') standard[setting.key] = json_of(setting, field);
  });
  visit_settings(request, [&](const char*, const Setting& setting, const auto& field) {
    if (*setting.key == '\0' || planned_keys().count(setting.key) == 1) return;
    if (Json value = json_of(setting, field); value != standard[setting.key])
      args[setting.key] = std::move(value);
  });
  return args;
}

}  // namespace sand::experiments
