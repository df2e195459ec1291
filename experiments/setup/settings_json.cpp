#include "experiments/setup/settings_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/sha256.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;  // its objects are sorted by key, as DomainBed's lines are

constexpr const char* kPlaces[] = {"data_dir", "init_from"};  // where files lie decides no number

Json args_of(const Settings& settings) {
  return {{"dataset", settings.data.name},
          {"algorithm", settings.algorithm},
          {"data_dir", printable(settings.data.data_dir)},
          {"digits", settings.data.digits},
          {"image_size", settings.data.image_size},
          {"skip_unreadable", settings.data.skip_unreadable},
          {"protocol", settings.protocol.name},
          {"test_envs", settings.protocol.test_envs},
          {"holdout_fraction", settings.protocol.holdout_fraction},
          {"model", settings.model},
          {"convolution", settings.convolution == kernels::ConvolutionMethod::direct ? "direct" : "winograd"},
          {"init_from", printable(settings.init_from)},
          {"init_sha256", settings.init_sha256},
          {"evaluate_every", settings.evaluation.every},
          {"evaluate_examples", settings.evaluation.examples},
          {"test_at_end", settings.evaluation.test_at_end},
          {"steps", settings.protocol.steps},
          {"checkpoint_freq", settings.protocol.record_every},
          {"hparams_seed", settings.hparams_seed},
          {"trial_seed", settings.trial_seed},
          {"seed", settings.seed},
          {"decoupled_decay", settings.decoupled_decay},
          {"mask_update", settings.mask_update},
          {"allow_closed", settings.allow_closed},
          {"task", "domain_generalization"}};
}

Json json_of(const Settings& settings) {
  Json json = {{"args", args_of(settings)}, {"hparams", settings.hparams}};
  if (settings.data.follow_links) json["args"]["follow_links"] = true;  // records without it are older than it
  return json;
}

// Text of a user may be bytes of any kind.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The request that resolves to the settings of which this is the JSON. Throws Error(data), and what Json throws.
RunRequest request_of(const Json& json) {
  const Json& args = json.at("args");
  RunRequest request;
  const auto take = [&]<class Value>(const char* name, Value& to) { to = value_of<Value>(args, name); };
  take("dataset", request.dataset);
  take("algorithm", request.algorithm);
  take("data_dir", request.data_dir);
  take("digits", request.digits);
  take("image_size", request.image_size);
  take("skip_unreadable", request.skip_unreadable);
  request.follow_links = args.value("follow_links", false);
  take("protocol", request.protocol);
  take("test_envs", request.test_envs);
  take("holdout_fraction", request.holdout_fraction);
  take("model", request.model);
  take("convolution", request.convolution);
  take("init_from", request.init_from);
  take("init_sha256", request.init_sha256);
  take("evaluate_every", request.evaluate_every);
  take("evaluate_examples", request.evaluate_examples);
  take("test_at_end", request.test_at_end);
  take("steps", request.steps);
  take("checkpoint_freq", request.record_every);
  take("hparams_seed", request.hparams_seed);
  take("trial_seed", request.trial_seed);
  take("seed", request.seed);
  take("decoupled_decay", request.decoupled_decay);
  take("mask_update", request.mask_update);
  take("allow_closed", request.allow_closed);
  for (std::string* place : {&request.data_dir, &request.init_from}) *place = name_of_printable(*place);
  request.hparams = json.at("hparams").dump();
  return request;
}

std::string flag_of(const std::string& arg) {
  std::string flag = "--" + (arg == "checkpoint_freq" ? "record-every" : arg == "init_sha256" ? "init-from" : arg);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace

std::string settings_json(const Settings& settings) { return text_of(json_of(settings)); }

Settings settings_from_json(const std::string& text, const std::string& source) {
  constexpr std::size_t kMostBytes = 1 << 16;
  const auto broken = [&](const std::string& why) {  // which may be a message of several lines
    return Error(Fault::data, "record: the settings of a run cannot be made from it: " + why).fact("file", source);
  };
  check(text.size() <= kMostBytes, [&] { return broken("no settings are that long"); });
  const Json json = parse_json(text);
  check(!json.is_discarded(), [&] { return broken("no JSON"); });
  Settings settings;
  try {
    settings = resolve(request_of(json));
  } catch (const Json::exception& problem) {
    throw broken(problem.what());
  } catch (const Error& problem) {
    throw broken(problem.what());
  }
  const Json again = Json::parse(settings_json(settings));
  check(again == json,
        [&] { return broken("a setting that is unknown or out of range: " + Json::diff(again, json)[0].dump().substr(0, 300)); });
  return settings;
}

std::string settings_hash(const Settings& settings) {
  Json json = json_of(settings);
  for (const char* place : kPlaces) json["args"].erase(place);
  return Sha256().add(text_of(json)).hex();
}

std::vector<Difference> differences(const Settings& recorded, const Settings& asked) {
  Json was = json_of(recorded), is = json_of(asked);
  for (const char* place : kPlaces) was["args"].erase(place), is["args"].erase(place);
  std::vector<Difference> found;
  const auto compare = [&](const char* part, const auto& name_of) {
    Json names = was[part];
    names.update(is[part]);
    for (const auto& [name, value] : names.items()) {
      const Json before = was[part].value(name, Json()), now = is[part].value(name, Json());
      if (before != now) found.push_back({name_of(name), text_of(before), text_of(now)});
    }
  };
  compare("args", flag_of);
  compare("hparams", [](const std::string& name) { return "--hparams " + name; });
  return found;
}

}  // namespace sand::experiments
