#include "experiments/setup/settings.h"

#include <algorithm>
#include <cmath>

#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

void check_whole(const Hparams& hparams, const std::string& name, double least, double most) {
  const double value = hparams.at(name);
  check(value == std::floor(value) && value >= least && value <= most, [&] {
    return Error(Fault::usage, "hparams: " + name + " must be a whole number")
        .fact("found", std::to_string(value))
        .fact("range", std::to_string(static_cast<Index>(least)) + " .. " + std::to_string(static_cast<Index>(most)));
  });
}

/// "auto" is DomainBed's choice by the size of the images, under its protocol; the others train an MLP.
std::string model_for(const std::string& name, const Protocol& protocol, const std::string& data_set) {
  std::vector<std::string> known = model_names();
  known.insert(known.begin(), "auto");
  const std::string found = find_name("model", name, known);
  if (found != "auto") return found;
  if (is_photo_set(data_set)) return "SmallCNN";
  const bool digits = data_set == "ColoredMNIST" || data_set == "RotatedMNIST";
  return digits && std::string(protocol.name) == "domainbed" ? "MNIST_CNN" : "MLP";
}

}  // namespace

Settings resolve(const RunRequest& request) {
  const std::string data_set = find_name("dataset", request.dataset, data_set_names());
  const Algorithm& method = algorithm(request.algorithm);
  Settings settings{.data = {data_set, request.data_dir, request.digits, static_cast<std::uint64_t>(request.trial_seed), request.image_size,
                             request.skip_unreadable, request.follow_links},
                    .algorithm = method.name,
                    .protocol = protocol_for(request.protocol, data_set),
                    .hparams = {},
                    .model = {},
                    .convolution = convolution_named(request.convolution),
                    .evaluation = {},
                    .hparams_seed = request.hparams_seed,
                    .trial_seed = request.trial_seed,
                    .seed = request.seed,
                    .decoupled_decay = request.decoupled_decay,
                    .mask_update = request.mask_update,
                    .allow_closed = request.allow_closed,
                    .init_from = request.init_from,
                    .init_sha256 = request.init_sha256};
  if (!settings.init_from.empty() && settings.init_sha256.empty()) settings.init_sha256 = sha256_of_file(settings.init_from);
  Protocol& protocol = settings.protocol;
  if (request.steps >= 0) protocol.steps = request.steps;
  if (request.record_every >= 0) protocol.record_every = request.record_every;
  if (!(request.holdout_fraction < 0)) protocol.holdout_fraction = request.holdout_fraction;  // NaN, too, which is refused
  if (!request.test_envs.empty()) protocol.test_envs = request.test_envs;
  check(protocol.steps >= 1 && protocol.record_every >= 1 && protocol.holdout_fraction < 1, [&] {
    return Error(Fault::usage, "train: steps and record-every must be at least 1, the holdout fraction below 1")
        .fact("steps", std::to_string(protocol.steps))
        .fact("record-every", std::to_string(protocol.record_every))
        .fact("holdout-fraction", std::to_string(protocol.holdout_fraction));
  });

  check(request.image_size >= 8 && request.image_size <= 512, [&] {  // of a record, too
    return Error(Fault::usage, "train: image-size must be in 8 .. 512").fact("found", std::to_string(request.image_size));
  });

  settings.model = model_for(request.model, protocol, data_set);
  settings.evaluation = {.every = request.evaluate_every >= 0 ? request.evaluate_every : protocol.record_every,
                         .examples = std::max(request.evaluate_examples, 0),
                         .test_at_end = request.test_at_end};
  check(settings.evaluation.every >= 1, [] { return Error(Fault::usage, "train: evaluate-every must be at least 1"); });

  for (const HparamRule& rule : protocol.hparams) settings.hparams[rule.name] = draw(rule, request.hparams_seed, request.trial_seed);
  for (const HparamRule& rule : method.hparams) settings.hparams[rule.name] = draw(rule, request.hparams_seed, request.trial_seed);
  if (!request.hparams.empty()) override_hparams(settings.hparams, request.hparams, method);
  if (request.no_augment && settings.hparams.count("data_augmentation") == 1) settings.hparams["data_augmentation"] = 0;
  check_whole(settings.hparams, "batch_size", 1, 1 << 20);
  check_whole(settings.hparams, "mlp_width", 1, 1 << 16);
  check_whole(settings.hparams, "mlp_depth", 0, 30);
  method.make(settings.hparams, settings.allow_closed);  // throws where the hyper-parameters make no sense
  return settings;
}

std::vector<int> training_domains(const Settings& settings, int domains, int fewest) {
  const std::vector<int>& test = settings.protocol.test_envs;
  for (const int domain : test) {
    check(std::count(test.begin(), test.end(), domain) == 1,
          [&] { return Error(Fault::usage, "test-envs: a domain is named twice").fact("found", std::to_string(domain)); });
    check(domain >= 0 && domain < domains, [&] {
      return Error(Fault::usage, "test-envs: no such domain")
          .fact("found", std::to_string(domain))
          .fact("known", "0 .. " + std::to_string(domains - 1));
    });
  }
  std::vector<int> training;
  for (int domain = 0; domain < domains; ++domain)
    if (std::find(test.begin(), test.end(), domain) == test.end()) training.push_back(domain);
  check(static_cast<int>(training.size()) >= fewest, [&] {
    return Error(Fault::usage, settings.algorithm + ": too few domains to train on")
        .fact("needed", std::to_string(fewest))
        .fact("left", std::to_string(training.size()) + " of " + std::to_string(domains))
        .hint(fewest > 1 ? "one domain alone agrees with itself: there is nothing to compare" : "leave a domain out of --test-envs");
  });
  return training;
}

}  // namespace sand::experiments
