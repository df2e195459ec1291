// The results of many runs, ours or DomainBed's: the directories DIR/*/results.jsonl.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/threads.h"

namespace sand::experiments {

/// Accuracies after a step, 0 to 1, by domain. Shorter lists, or NaN, for domains that were not evaluated.
struct StepResult {
  int step = 0;
  std::vector<double> in, out;
};

struct RunResult {
  std::string directory, data_set, algorithm;
  /// The algorithm and what else makes it another method: "SANDMask, k_as_first_released"
  std::string method;
  std::vector<int> test_domains;
  std::int64_t hparams_seed = 0, trial_seed = 0;
  std::string hparams;            ///< JSON
  std::vector<StepResult> steps;  ///< in the order of the file
  bool done = false;              ///< the directory has a file `done`
  /// Our `done` says so; or, in a directory of DomainBed, no accuracy of three or more records differs from
  /// that of the first
  bool never_learned = false;
};

struct Results {
  std::vector<RunResult> runs;     ///< by the names of their directories; only runs with results
  int lines = 0;                   ///< read
  int torn = 0;                    ///< lines that are no whole JSON object, skipped
  int foreign = 0;                 ///< other lines that are not a record of their directory's run, skipped
  std::vector<std::string> notes;  ///< "FILE, line 3: why", of the first few skipped lines
};

/// The text of one results.jsonl. `file` names it in notes. The run has no directory yet.
struct RunLines {
  RunResult run;
  int lines = 0, torn = 0, foreign = 0;  ///< see Results
  std::vector<std::string> notes;
};
RunLines read_lines(std::string_view text, const std::string& file);

/// Fills what identifies a run from the arguments of DomainBed or ours. Returns false for others.
bool identify(const nlohmann::json& args, RunResult& run);

/// Reads every directory in `sweeps`. A file is untrusted: a line that cannot be used is skipped and counted.
/// Throws Error(missing) for a directory that does not exist, Error(io) if reading fails.
Results read_results(const std::vector<std::filesystem::path>& sweeps, const Threads& threads);

}  // namespace sand::experiments
