// Hyper-parameters: numbers by name, with DomainBed's names, defaults and random draws.
#pragma once

#include <map>
#include <string>

namespace sand {

using Hparams = std::map<std::string, double>;

/// A hyper-parameter: its default, and what a random search of DomainBed draws it from.
struct HparamRule {
  const char* name;
  double standard;
  enum class Draw { fixed, uniform, power_of_10, whole_power_of_2 } draw;
  double low, high;          ///< of the number, or of its exponent
  const char* range = "";    ///< "[0, 1]"
  const char* meaning = "";  ///< a phrase
};

}  // namespace sand
