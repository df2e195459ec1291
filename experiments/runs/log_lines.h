// The lines of results.jsonl and metrics.jsonl: a run's settings decide after which steps it writes one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/setup/settings.h"
#include "tensor/directory.h"

namespace sand::experiments {

/// Whether the record of a step has accuracies of all domains. Only such a record becomes a line of
/// results.jsonl: DomainBed's collector reads env0, env1, ... of every line until one is missing, and treats
/// a line without them as damaged.
bool is_result(const Settings& settings, int step);

/// The step of the line after that of `step` in this log. `step` is -1 for the first line. Returns -1 after
/// the last.
int line_after(int step, const std::string& log, const Settings& settings);

/// The step of the last of these lines before `updates` updates; -1 if there is none.
int last_line_before(int updates, const std::string& log, const Settings& settings);

/// How many lines a run has in the log after this number of updates.
std::size_t lines_after(int updates, const std::string& log, const Settings& settings);

/// The ends, in bytes, of the first lines of a log. Stops at the first line that is incomplete or has another
/// step than expected. Returns nothing if there is no log. Throws what InputFile throws.
std::vector<std::uint64_t> line_ends(const Directory& directory, const std::string& log,
                                     const Settings& settings);

}  // namespace sand::experiments
