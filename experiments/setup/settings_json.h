// Settings as JSON, and back: what the files of a run keep of them, and what a run is made again from.
#pragma once

#include <string>
#include <vector>

#include "experiments/setup/settings.h"

namespace sand::experiments {

/// {"args": {...}, "hparams": {...}} in one line, keys sorted: names of args are DomainBed's where it has
/// them.
std::string settings_json(const Settings& settings);

/// Settings from what settings_json() wrote, which may have come from anybody. Throws Error(data) naming
/// `source` unless it is such an object and nothing in it is missing, unknown or out of range.
Settings settings_from_json(const std::string& json, const std::string& source);

/// SHA-256 of all settings but the places where files lie.
std::string settings_hash(const Settings& settings);

/// A flag whose value differs between two settings, places of files aside; values as JSON.
struct Difference {
  std::string flag;  ///< "--steps", "--hparams tau"
  std::string recorded, asked;
};
std::vector<Difference> differences(const Settings& recorded, const Settings& asked);

}  // namespace sand::experiments
