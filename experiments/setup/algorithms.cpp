#include "experiments/setup/algorithms.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "optim/and_mask.h"
#include "optim/mean_gradient.h"
#include "optim/sand_mask.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Drawn = HparamRule::Draw;

std::unique_ptr<optim::Combiner> erm(const Hparams&, bool) { return std::make_unique<optim::MeanGradient>(); }

std::unique_ptr<optim::Combiner> and_mask(const Hparams& h, bool) {
  return std::make_unique<optim::AndMask>(optim::AndMaskOptions{.tau = h.at("tau"), .rescale = h.at("rescale") != 0});
}

std::unique_ptr<optim::Combiner> geometric_mean(const Hparams& h, bool) {
  return std::make_unique<optim::GeometricMean>(optim::AndMaskOptions{.tau = h.at("tau"), .rescale = h.at("rescale") != 0});
}

std::unique_ptr<optim::Combiner> sand_mask(const Hparams& h, bool allow_closed) {
  return std::make_unique<optim::SandMask>(
      optim::SandMaskOptions{.tau = h.at("tau"), .k = h.at("k"), .rescale = h.at("rescale") != 0, .allow_closed = allow_closed});
}

}  // namespace

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> table = {
      {"ERM", "the mean of the gradients", 1, {}, erm},
      {"ANDMask",
       "the mean, where at least a share tau of the domains agrees on the sign",
       2,
       {{"tau", 1, Drawn::uniform, 0.5, 1}, {"rescale", 1, Drawn::fixed, 0, 0}},
       and_mask},
      {"GeometricMean",
       "the geometric mean of the magnitudes, where the AND-mask is open",
       2,
       {{"tau", 1, Drawn::uniform, 0.5, 1}, {"rescale", 1, Drawn::fixed, 0, 0}},
       geometric_mean},
      // The release's standard tau is 1, under which nothing ever trains; ours opens a weight above 90 % agreement.
      {"SANDMask",
       "the mean, as far as the domains agree in sign and size",
       2,
       {{"tau", 0.9, Drawn::uniform, 0, 1}, {"k", 10, Drawn::power_of_10, -3, 5}, {"rescale", 1, Drawn::fixed, 0, 0}},
       sand_mask},
  };
  return table;
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const Algorithm& row : algorithms()) names.emplace_back(row.name);
  return names;
}

void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method) {
  std::set<std::string> of_others;
  if (hparams.count("data_augmentation") == 0) of_others.insert("data_augmentation");  // of photos
  for (const Algorithm& row : algorithms())
    for (const HparamRule& rule : row.hparams)
      if (hparams.count(rule.name) == 0) of_others.insert(rule.name);
  for (const std::string& name : override_hparams(hparams, json, {of_others.begin(), of_others.end()}))
    std::fprintf(stderr, "sandgrad: note: %s has no hyper-parameter %s here; passed over\n", method.name, name.c_str());
}

const Algorithm& algorithm(std::string_view name) {
  for (const char* other : {"IRM", "VREx", "GroupDRO", "Mixup", "CORAL", "MMD", "IGA", "SD", "Fish", "Fishr", "IB_ERM", "IB_IRM", "EQRM"})
    check(::strcasecmp(std::string(name).c_str(), other) != 0, [&] {  // which is one letter away from ERM
      return Error(Fault::usage, "algorithm: " + std::string(other) + " is DomainBed's, and not here yet")
          .hint("sandgrad train --help lists those here");
    });
  const std::string found = find_name("algorithm", name, algorithm_names());
  return *std::find_if(algorithms().begin(), algorithms().end(), [&](const Algorithm& row) { return row.name == found; });
}

}  // namespace sand::experiments
