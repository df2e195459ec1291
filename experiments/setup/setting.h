// What a row of the settings table says about a setting.
#pragma once

#include <limits>
#include <string>

namespace sand::experiments {

struct Setting {
  /// In "args" of record.json, DomainBed's name if there is one; "" for what "hparams" holds
  const char* key;
  const char* flags;  ///< with aliases: "--record-every,--checkpoint_freq"; "" for no flag
  std::string help;   ///< a phrase: what it sets, unit, default
  double least = -std::numeric_limits<double>::infinity(),
         most = std::numeric_limits<double>::infinity();  ///< of a number
  bool is_place = false;  ///< a file path: decides no bit, may contain any bytes
  bool is_newer = false;  ///< older records lack it: written only if it is set
  /// Of a list of numbers: a word in place of them for the empty list; "" for none. A request that is empty
  /// itself leaves the choice to the protocol, so there kNone stands for the word.
  const char* none = "";

  Setting place() const { return {key, flags, help, least, most, true, is_newer, none}; }
  Setting newer() const { return {key, flags, help, least, most, is_place, true, none}; }
  Setting or_none(const char* word) const {
    return {key, flags, help, least, most, is_place, is_newer, word};
  }
};

constexpr int kNone = -1;

std::string first_flag(const Setting& setting);  ///< "--record-every"

/// Throws Error(usage) unless least <= value <= most.
void check_range(const Setting& setting, double value);

constexpr double kManySteps = std::numeric_limits<int>::max(), kLargestSeed = 0x1p62;

}  // namespace sand::experiments
