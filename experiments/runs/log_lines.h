// Which lines of results.jsonl and metrics.jsonl are there: the settings of a run say after which steps it
// writes one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/setup/settings.h"
#include "tensor/directory.h"

namespace sand::experiments {

/// Whether the record of a step has accuracies of all domains. Only those become lines of results.jsonl:
/// DomainBed's collector reads env0, env1, ... of every line until one is missing, and takes a line without
/// them for damaged.
bool is_result(const Settings& settings, int step);

/// The step of the line after that of `step` in a log of that name, where the first comes after -1; -1 after
/// the last.
int line_after(int step, const std::string& log, const Settings& settings);

/// How many lines of the log a run has written after this number of updates.
std::size_t lines_after(int updates, const std::string& log, const Settings& settings);

/// Where the first lines of a log end, in bytes: of those that are whole and have the steps that they must
/// have, up to the first that is not or has another. None where there is no log. Throws what InputFile
/// throws.
std::vector<std::uint64_t> line_ends(const Directory& directory, const std::string& log,
                                     const Settings& settings);

}  // namespace sand::experiments
