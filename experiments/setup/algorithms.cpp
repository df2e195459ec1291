#include "experiments/setup/algorithms.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>

#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {

const std::vector<Algorithm>& algorithms() { return optim::combiners(); }

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const Algorithm& row : algorithms()) names.emplace_back(row.name);
  return names;
}

void override_hparams(Hparams& hparams, const std::string& json, const Algorithm& method) {
  std::vector<HparamRule> of_others = {{"data_augmentation", 1, HparamRule::Draw::fixed, 0, 0}};  // of photos
  for (const Algorithm& row : algorithms())
    of_others.insert(of_others.end(), row.hparams.begin(), row.hparams.end());
  for (const std::string& name : override_hparams(hparams, json, method.hparams, of_others))
    std::fprintf(stderr, "sandgrad: note: %s has no hyper-parameter %s here; it is ignored\n", method.name,
                 name.c_str());
}

const Algorithm& algorithm(std::string_view name) {
  for (const char* other : {"IRM", "VREx", "GroupDRO", "Mixup", "CORAL", "MMD", "IGA", "SD", "Fish", "Fishr",
                            "IB_ERM", "IB_IRM", "EQRM"})
    check(::strcasecmp(std::string(name).c_str(), other) != 0, [&] {  // IRM is one letter away from ERM
      return Error(Fault::usage,
                   "algorithm: " + std::string(other) + " is in DomainBed but not implemented here")
          .hint("sandgrad train --help lists the algorithms");
    });
  const std::string found = find_name("algorithm", name, algorithm_names());
  return *std::find_if(algorithms().begin(), algorithms().end(),
                       [&](const Algorithm& row) { return row.name == found; });
}

}  // namespace sand::experiments
