#include "experiments/setup/settings_json.h"

#include <nlohmann/json.hpp>
#include <type_traits>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings_table.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;  // sorts the keys of objects, like DomainBed's lines

/// The settings that have a key, by key.
Json args_of(const RunRequest& request) {
  Json args;
  visit_settings(request, [&](const char*, const Setting& setting, const auto& field) {
    if (*setting.key == '\0') return;
    if constexpr (std::is_same_v<std::decay_t<decltype(field)>, std::string>)
      args[setting.key] = setting.is_place ? printable(field) : field;
    else
      args[setting.key] = field;
  });
  return args;
}

const Json& default_args() {
  static const Json defaults = args_of({});
  return defaults;
}

Json json_of(const Settings& settings) {
  Json args = args_of(settings);
  visit_settings(static_cast<const RunRequest&>(settings),
                 [&](const char*, const Setting& setting, const auto&) {
                   if (setting.is_newer && args[setting.key] == default_args()[setting.key])
                     args.erase(setting.key);
                 });
  args["task"] = "domain_generalization";  // in DomainBed, too
  return {{"args", args}, {"hparams", hparams_json(settings.hparams, algorithm(settings).hparams)}};
}

// A user's text may contain any bytes.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The request that resolves to the settings in this JSON. Throws Error(data), and what Json throws.
RunRequest request_in(const Json& json) {
  const Json& args = json.at("args");
  RunRequest request;
  visit_settings(request, [&](const char*, const Setting& setting, auto& field) {
    using Value = std::decay_t<decltype(field)>;
    if (*setting.key == '\0' || (setting.is_newer && !args.contains(setting.key))) return;
    field = value_of<Value>(args, setting.key);
    if constexpr (std::is_same_v<Value, std::string>)
      if (setting.is_place) field = name_of_printable(field);
    if constexpr (std::is_same_v<Value, std::vector<int>>)
      if (*setting.none != '\0' && field.empty()) field = {kNone};
  });
  request.hparams_json = json.at("hparams").dump();
  return request;
}

/// Without file paths, which decide no number.
Json without_places(const Settings& settings) {
  Json json = json_of(settings);
  for (const std::string& key : place_keys()) json["args"].erase(key);
  return json;
}

}  // namespace

std::string settings_json(const Settings& settings) { return text_of(json_of(settings)); }

Settings settings_from_json(const std::string& text, const std::string& source) {
  constexpr std::size_t kMostBytes = 1 << 18;        // a list of 4096 numbers has 25 bytes for each
  const auto broken = [&](const std::string& why) {  // `why` may have several lines
    return Error(Fault::data, "record: the settings are invalid: " + why).fact("file", source);
  };
  check(text.size() <= kMostBytes, [&] { return broken("settings are never that long"); });
  const Json json = parse_json(text);
  check(!json.is_discarded(), [&] { return broken("not JSON"); });
  Settings settings;
  try {
    settings = resolve(request_in(json));
  } catch (const Json::exception& problem) {
    throw broken(problem.what());
  } catch (const Error& problem) {
    throw broken(problem.what());
  }
  const Json again = Json::parse(settings_json(settings));
  check(again == json, [&] {
    return broken("a setting that is unknown or out of range: " +
                  Json::diff(again, json)[0].dump().substr(0, 300));
  });
  return settings;
}

const std::vector<std::string>& place_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> found;
    const RunRequest request;
    visit_settings(request, [&](const char*, const Setting& setting, const auto&) {
      if (setting.is_place) found.emplace_back(setting.key);
    });
    return found;
  }();
  return keys;
}

std::string settings_hash(const Settings& settings) {
  return Sha256().add(text_of(without_places(settings))).hex();
}

std::vector<Difference> differences(const Settings& recorded, const Settings& asked) {
  const Json was = without_places(recorded), is = without_places(asked);
  std::vector<Difference> found;
  const auto compare = [&](const char* part, const std::string& key, const std::string& flag) {
    const Json otherwise = default_args().value(key, Json());  // of a newer setting
    const Json before = was[part].value(key, otherwise), now = is[part].value(key, otherwise);
    if (before != now) found.push_back({flag, text_of(before), text_of(now)});
  };
  std::string flag;  // a setting without a flag belongs to the previous one
  visit_settings(static_cast<const RunRequest&>(asked),
                 [&](const char*, const Setting& setting, const auto&) {
                   if (*setting.flags != '\0') flag = first_flag(setting);
                   if (*setting.key != '\0') compare("args", setting.key, flag);
                 });
  Json names = was["hparams"];
  names.update(is["hparams"]);
  for (const auto& [name, value] : names.items()) compare("hparams", name, "--hparams " + name);
  return found;
}

}  // namespace sand::experiments
