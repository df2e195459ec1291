// Settings as JSON, and back: for the files of a run and for its replay.
#pragma once

#include <string>
#include <vector>

#include "experiments/setup/settings.h"

namespace sand::experiments {

/// {"args": {...}, "hparams": {...}} in one line, keys sorted. args has DomainBed's names where they exist.
std::string settings_json(const Settings& settings);

/// Settings from the text of settings_json(), which is untrusted. Throws Error(data) naming `source` unless
/// it is such an object, with nothing missing, unknown or out of range.
Settings settings_from_json(const std::string& json, const std::string& source);

/// The keys in args whose values are file paths, which decide no number: data_dir, data_file, init_from.
const std::vector<std::string>& place_keys();

/// SHA-256 of all settings except file paths.
std::string settings_hash(const Settings& settings);

/// A flag whose value differs between two settings, except file paths. Values are JSON.
struct Difference {
  std::string flag;  ///< "--steps", "--hparams tau"
  std::string recorded, asked;
};
std::vector<Difference> differences(const Settings& recorded, const Settings& asked);

}  // namespace sand::experiments
