// A run that goes on to more steps than it was started with. Its files become those that a run of so many
// steps would have: records that exist only because the shorter run ended there are removed.
#pragma once

#include <string>

#include "autograd/parameters.h"
#include "experiments/runs/run_directory.h"
#include "experiments/setup/settings.h"

namespace sand::experiments {

/// What two runs share that differ in their number of steps only.
struct SharedUpdates {
  int count;        ///< after so many updates, weights, moments, records and lines are the same
  std::string why;  ///< they differ afterwards; "" if the longer run differs only by going on
};
SharedUpdates shared_updates(const Settings& shorter, const Settings& longer);

/// Makes the checkpoints of the shared updates checkpoints of the longer run, removes the others and the
/// files of a finished run, and writes record.json, the text `record`. A process killed before that leaves
/// the shorter run, after that the longer one. Throws Error(busy), and changes nothing, if no checkpoint of
/// the shared updates is readable; Error(io).
void lengthen(const RunDirectory& directory, const Settings& shorter, const Settings& longer,
              const Parameters& parameters, const std::string& record);

/// Whether results.jsonl begins with a line of a run with another number of steps: adopt_lines() was not
/// called yet.
bool has_lines_of_another_length(const RunDirectory& directory, const Settings& settings);

/// Cuts out.txt after the record of step `last_record` (-1: none), then gives the lines of results.jsonl the
/// number of steps of the settings. The logs are cut already. Throws what RecordedLines and RunDirectory
/// throw.
void adopt_lines(RunDirectory& directory, const Settings& settings, int last_record);

}  // namespace sand::experiments
