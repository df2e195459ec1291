// The settings of a run, one per row. Flags, help, JSON, comparison and docs/settings.md come from this
// table. To add a setting, add a field to RunRequest, a row here, and a test of its effect.
#pragma once

#include "experiments/setup/algorithms.h"
#include "experiments/setup/generated_data_settings.h"
#include "experiments/setup/model_settings.h"
#include "experiments/setup/own_data_settings.h"
#include "experiments/setup/recipe_settings.h"
#include "experiments/setup/setting.h"
#include "experiments/setup/settings.h"
#include "tensor/names.h"

namespace sand::experiments {

// The settings of each group of --help, in its order. `Request` is RunRequest or const RunRequest.

/// `data` is DataRequest.
template <class Data, class Row>
void visit_source_settings(Data& data, const Row& row) {
  row({"dataset", "--dataset", "data set: " + either(data_set_names()) + " (default Spirals)"}, data.name);
  row(Setting{"data_dir", "--data-dir,--data_dir", "directory of MNIST or of photos (default: none)"}.place(),
      data.data_dir);
  visit_generated_data_settings(data, row);
  row({"image_size", "--image-size,--image_size", "height and width of photos, in pixels (default 64)", 8,
       512},
      data.image_size);
  row({"skip_unreadable", "--skip-unreadable", "skip photos that cannot be read, and name them on stderr"},
      data.skip_unreadable);
  row(Setting{"follow_links", "--follow-links", "read photos, classes and domains that are symbolic links"}
          .newer(),
      data.follow_links);
  row(Setting{"turn_photos", "--turn-photos",
              "turn photos upright as their EXIF data say (default: as stored, like DomainBed)"}
          .newer(),
      data.turn_photos);
  visit_own_data_settings(data.own, row);
}

template <class Request, class Row>
void visit_data_settings(Request& request, const Row& row) {
  visit_source_settings(request.data, row);
  row({"", "--no-augment", "train on photos as they are: no crop, mirror or change of colour"},
      request.no_augment);
  row(Setting{"test_envs", "--test-envs,--test_envs",
              "indices of the domains left out of training, or none: train on all (default: the protocol's)",
              0, 4096}
          .or_none("none"),
      request.test_domains);
  row({"holdout_fraction", "--holdout-fraction,--holdout_fraction",
       "share of every domain held out of training, at least 0 and below 1 (default: the protocol's)", 0, 1},
      request.holdout_fraction);
  row({"trial_seed", "--trial-seed,--trial_seed", "seed of data and splits (default 0)", 0, kLargestSeed},
      request.trial_seed);
}

template <class Request, class Row>
void visit_method_settings(Request& request, const Row& row) {
  row({"algorithm", "--algorithm",
       "how the gradients of the domains are combined: " + either(algorithm_names()) + " (default SANDMask)"},
      request.algorithm);
  row(Setting{"combiner", "--combiner",
              "combiner of the gradients of an algorithm with an objective over domains, such as IRM: " +
                  either(combiner_names()) + " (default: the mean)"}
          .newer(),
      request.combiner);
  row({"protocol", "--protocol",
       "protocol: domainbed, ilc, irm, lut or auto: of the paper that made the data set (default auto)"},
      request.protocol_name);
  row({"", "--hparams", R"(hyper-parameters as a JSON object: '{"tau": 0.9, "k": 10}' (default: {}))"},
      request.hparams_json);
  row({"hparams_seed", "--hparams-seed,--hparams_seed",
       "seed of DomainBed's random hyper-parameters; 0: its defaults (default 0)", 0, kLargestSeed},
      request.hparams_seed);
  row(Setting{"domainbed_defaults", "--domainbed-defaults",
              "take DomainBed's defaults where ours differ: tau 1 of SANDMask, under which nothing trains"}
          .newer(),
      request.domainbed_defaults);
  row(Setting{"k_as_first_released", "--k-as-first-released",
              "draw SANDMask's k as int(k), a quirk of its first release: 0 in 3 of 8 draws, under which "
              "nothing trains"}
          .newer(),
      request.k_as_first_released);
  row({"decoupled_decay", "--decoupled-decay", "apply weight decay after mask and Adam (AdamW)"},
      request.decoupled_decay);
  row({"mask_update", "--mask-update", "leave a weight as it is where its mask is 0"}, request.mask_update);
  row({"allow_closed", "--allow-closed", "accept settings under which nothing can be learned"},
      request.allow_closed);
}

template <class Request, class Row>
void visit_training_settings(Request& request, const Row& row) {
  row({"steps", "--steps", "number of updates (default: the protocol's)", 1, kManySteps}, request.steps);
  row({"checkpoint_freq", "--record-every,--checkpoint_freq",
       "steps between two records, DomainBed's --checkpoint_freq (default: the protocol's)", 1, kManySteps},
      request.record_every);
}

template <class Request, class Row>
void visit_evaluation_settings(Request& request, const Row& row) {
  row({"evaluate_every", "--evaluate-every,--evaluate_every",
       "steps between two evaluations (default: at every record)", 1, kManySteps},
      request.evaluation.every);
  row({"evaluate_examples", "--evaluate-examples,--evaluate_examples",
       "number of examples of each part to evaluate, always the same ones; 0: all (default 0)", 0,
       kManySteps},
      request.evaluation.examples);
  row({"test_at_end", "--test-at-end", "evaluate the test domains after the last step only"},
      request.evaluation.test_at_end);
}

/// Calls visit(group, Setting, field of `request`) for each setting.
template <class Request, class Visit>
void visit_settings(Request& request, const Visit& visit) {
  const auto of = [&](const char* group) {
    return [group, &visit](const Setting& setting, auto& field) { visit(group, setting, field); };
  };
  visit_data_settings(request, of("Data"));
  visit_method_settings(request, of("Method"));
  visit_model_settings(request, of("Model"));
  visit_training_settings(request, of("Training"));
  visit_recipe_settings(request.recipe, of("Optimization"));
  visit_evaluation_settings(request, of("Evaluation"));
}

}  // namespace sand::experiments
