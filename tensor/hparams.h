// Hyper-parameters: numbers by name, with DomainBed's names, defaults and random draws.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace sand {

/// Numbers by name. A list has an entry for every number, "weights.0", "weights.1", ...; a choice among words
/// is the place of the word in its rule.
using Hparams = std::map<std::string, double>;

/// A hyper-parameter: its default, and the distribution from which DomainBed's random search draws it.
struct HparamRule {
  const char* name;  ///< DomainBed's, if it has one
  double standard;   ///< default
  /// The distribution of a random search.
  enum class Draw { fixed, uniform, power_of_10, whole_power_of_2, whole_power_of_10, whole_uniform, choice };
  Draw draw;                 ///< how a random search draws it
  double low;                ///< lower bound of the number, or of its exponent
  double high;               ///< upper bound
  const char* range = "";    ///< "[0, 1]"
  const char* meaning = "";  ///< a phrase
  bool is_list = false;      ///< one number for every domain; without any, the method has a default
  std::vector<const char*> words = {};  ///< the choices, if it is not a number
  std::vector<double> choices = {};     ///< of Draw::choice
  const char* without_list = "-";       ///< what stands for a list that is not given, in words: "1/E"
  /// DomainBed's own default if ours differs, else NaN
  double domainbed = std::numeric_limits<double>::quiet_NaN();
  /// There are records without it: they name it only where it does not have its default.
  bool newer = false;
};

/// The standard values. A list has none.
inline Hparams standard_hparams(const std::vector<HparamRule>& rules) {
  Hparams hparams;
  for (const HparamRule& rule : rules)
    if (!rule.is_list) hparams[rule.name] = rule.standard;
  return hparams;
}

/// The number of this name, or a default if there is none.
inline double number_or(const Hparams& hparams, const std::string& name, double standard) {
  const auto found = hparams.find(name);
  return found == hparams.end() ? standard : found->second;
}

/// The numbers of a list; none if it was not given.
inline std::vector<double> list_of(const Hparams& hparams, const std::string& name) {
  std::vector<double> numbers;
  for (auto next = hparams.find(name + ".0"); next != hparams.end();
       next = hparams.find(name + "." + std::to_string(numbers.size())))
    numbers.push_back(next->second);
  return numbers;
}

/// Replaces a list.
inline void set_list(Hparams& hparams, const std::string& name, const std::vector<double>& numbers) {
  for (std::size_t i = list_of(hparams, name).size(); i-- > 0;) hparams.erase(name + "." + std::to_string(i));
  for (std::size_t i = 0; i < numbers.size(); ++i) hparams[name + "." + std::to_string(i)] = numbers[i];
}

}  // namespace sand
