// Ranks that share a run must start from the same things: program, settings, data, weights.
#pragma once

#include <string>

#include "experiments/training/training.h"
#include "tensor/ranks.h"

namespace sand::experiments {

/// What decides the bits of a run, as one rank sees it before the first step.
struct StartFacts {
  std::string program;   ///< version, number, SHA-256 of its file
  std::string settings;  ///< settings_json()
  std::string data;      ///< name and SHA-256, see start_facts()
  std::string weights;   ///< SHA-256 of the initial ones
};

/// The data's hash covers every data file, names and sizes of the domains, all labels and values, means and
/// deviations, and the inputs of up to 1000 examples of each domain. Throws what sha256_of_file throws.
StartFacts start_facts(const Training& run);

/// Throws AgreedFailure (experiments/machine/agreement.h) unless all ranks have the same facts, apart from
/// paths in the settings. Its message is on rank 0, and names the first difference. Its fault is usage for
/// another program or other settings, data for other data or weights.
void check_same_start(const Ranks& ranks, const StartFacts& own);

}  // namespace sand::experiments
