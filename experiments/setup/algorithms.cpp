#include "experiments/setup/algorithms.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <set>

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
  std::set<std::string> of_others;
  if (hparams.count("data_augmentation") == 0) of_others.insert("data_augmentation");  // for photos only
  for (const Algorithm& row : algorithms())
    for (const HparamRule& rule : row.hparams)
      if (hparams.count(rule.name) == 0) of_others.insert(rule.name);
  for (const std::string& name : override_hparams(hparams, json, {of_others.begin(), of_others.end()}))
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
