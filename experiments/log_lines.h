// Which lines of results.jsonl and metrics.jsonl are there: a run has written one for every record, so their steps are known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/protocols.h"
#include "tensor/directory.h"

namespace sand::experiments {

/// How many lines a run of this protocol has written after so many updates.
std::size_t lines_after(const Protocol& protocol, int updates);

/// Where the first lines of a log end, in bytes: of those that are whole and have the steps of the protocol's records, up to the first
/// that is not or has another. None where there is no log. Throws what InputFile throws.
std::vector<std::uint64_t> line_ends(const Directory& directory, const std::string& log, const Protocol& protocol);

}  // namespace sand::experiments
