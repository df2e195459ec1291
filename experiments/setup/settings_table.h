// The settings of a run, each in one row: flags, help, JSON, comparison and docs/settings.md are made from
// this table. To add a setting, add a field to RunRequest, a row here, and a test of what it does.
#pragma once

#include <limits>
#include <string>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings.h"
#include "tensor/names.h"

namespace sand::experiments {

struct Setting {
  const char*
      key;  ///< in "args" of record.json, DomainBed's name where it has one; "" for what "hparams" holds
  const char* flags;  ///< with aliases: "--record-every,--checkpoint_freq"; "" for what has no flag
  std::string help;   ///< a phrase: what it sets, unit, default
  double least = -std::numeric_limits<double>::infinity(),
         most = std::numeric_limits<double>::infinity();  ///< of a number
  bool is_place = false;  ///< where files lie: decides no bit, and may be bytes of any kind
  bool is_newer = false;  ///< records are older than it: written only where it is set

  Setting place() const { return {key, flags, help, least, most, true, is_newer}; }
  Setting newer() const { return {key, flags, help, least, most, is_place, true}; }
};

std::string first_flag(const Setting& setting);  ///< "--record-every"

/// Throws Error(usage) unless least <= value <= most.
void check_range(const Setting& setting, double value);

/// The groups of --help, in its order.
constexpr const char *kDataGroup = "Data", *kMethodGroup = "Method", *kModelGroup = "Model",
                     *kTrainingGroup = "Training", *kEvaluationGroup = "Evaluation";

/// visit(group, Setting, field of `request`) for each setting, in the order of --help. `Request` is
/// RunRequest or const RunRequest.
template <class Request, class Visit>
void visit_settings(Request& request, const Visit& visit) {
  constexpr double kManySteps = std::numeric_limits<int>::max(), kLargestSeed = 0x1p62;
  const auto data = [&](const Setting& setting, auto& field) { visit(kDataGroup, setting, field); };
  data({"dataset", "--dataset", "data set: " + either(data_set_names()) + " (default Spirals)"},
       request.data.name);
  data(Setting{"data_dir", "--data-dir,--data_dir", "directory of MNIST or of folders of photos"}.place(),
       request.data.data_dir);
  data({"digits", "--digits", "mnist, generated or auto: MNIST if --data-dir is given (default auto)"},
       request.data.digits);
  data({"image_size", "--image-size,--image_size", "height and width of photos, in pixels (default 64)", 8,
        512},
       request.data.image_size);
  data({"skip_unreadable", "--skip-unreadable", "skip photos that cannot be read, and name them on stderr"},
       request.data.skip_unreadable);
  data(Setting{"follow_links", "--follow-links", "read photos, classes and domains that are symbolic links"}
           .newer(),
       request.data.follow_links);
  data({"", "--no-augment", "train on photos as they are: no crop, mirror or change of colour"},
       request.no_augment);
  data({"test_envs", "--test-envs,--test_envs",
        "indices of the domains left out of training (default: the protocol's)", 0, 4096},
       request.test_domains);
  data({"holdout_fraction", "--holdout-fraction,--holdout_fraction",
        "share of every domain held out of training, at least 0 and below 1 (default: the protocol's)", 0, 1},
       request.holdout_fraction);
  data({"trial_seed", "--trial-seed,--trial_seed", "seed of data and splits (default 0)", 0, kLargestSeed},
       request.trial_seed);

  const auto method = [&](const Setting& setting, auto& field) { visit(kMethodGroup, setting, field); };
  method(
      {"algorithm", "--algorithm",
       "how the gradients of the domains are combined: " + either(algorithm_names()) + " (default SANDMask)"},
      request.algorithm);
  method({"protocol", "--protocol",
          "domainbed, ilc, irm or auto: of the paper that made the data set (default auto)"},
         request.protocol_name);
  method({"", "--hparams", R"(hyper-parameters as a JSON object: '{"tau": 0.9, "k": 10, "lr": 1e-3}')"},
         request.hparams_json);
  method({"hparams_seed", "--hparams-seed,--hparams_seed",
          "seed of DomainBed's random hyper-parameters; 0: its defaults (default 0)", 0, kLargestSeed},
         request.hparams_seed);
  method({"decoupled_decay", "--decoupled-decay", "apply weight decay after mask and Adam (AdamW)"},
         request.decoupled_decay);
  method({"mask_update", "--mask-update", "leave a weight as it is where its mask is 0"},
         request.mask_update);
  method({"allow_closed", "--allow-closed", "accept settings under which nothing can be learned"},
         request.allow_closed);

  const auto model = [&](const Setting& setting, auto& field) { visit(kModelGroup, setting, field); };
  model({"model", "--model",
         "MLP, MNIST_CNN, SmallCNN or auto: DomainBed's choice for the data set (default auto)"},
        request.model);
  model({"convolution", "--convolution",
         "algorithm of 3 x 3 convolutions: winograd or direct (default winograd)"},
        request.convolution);
  model(Setting{"init_from", "--init-from,--init_from",
                "safetensors file with the first weights, such as a checkpoint (default: drawn)"}
            .place(),
        request.init_from);
  model({"init_sha256", "", "SHA-256 of that file"}, request.init_sha256);
  model({"seed", "--seed", "seed of weights, batches and dropout (default 0)", 0, kLargestSeed},
        request.seed);

  const auto training = [&](const Setting& setting, auto& field) { visit(kTrainingGroup, setting, field); };
  training({"steps", "--steps", "number of updates (default: the protocol's)", 1, kManySteps}, request.steps);
  training(
      {"checkpoint_freq", "--record-every,--checkpoint_freq",
       "steps between two records, DomainBed's --checkpoint_freq (default: the protocol's)", 1, kManySteps},
      request.record_every);

  const auto evaluation = [&](const Setting& setting, auto& field) {
    visit(kEvaluationGroup, setting, field);
  };
  evaluation({"evaluate_every", "--evaluate-every,--evaluate_every",
              "steps between two evaluations (default: at every record)", 1, kManySteps},
             request.evaluation.every);
  evaluation({"evaluate_examples", "--evaluate-examples,--evaluate_examples",
              "number of examples of each part to evaluate, always the same ones; 0: all (default 0)", 0,
              kManySteps},
             request.evaluation.examples);
  evaluation({"test_at_end", "--test-at-end", "evaluate the test domains after the last step only"},
             request.evaluation.test_at_end);
}

}  // namespace sand::experiments
