// Hyper-parameters: numbers by name, with DomainBed's names, defaults and random draws.
#pragma once

#include <map>
#include <string>

namespace sand {

using Hparams = std::map<std::string, double>;

/// A hyper-parameter: its default, and the distribution from which DomainBed's random search draws it.
struct HparamRule {
  const char* name;
  double standard;
  enum class Draw { fixed, uniform, power_of_10, whole_power_of_2 } draw;
  double low, high;          ///< bounds of the number, or of its exponent
  const char* range = "";    ///< "[0, 1]"
  const char* meaning = "";  ///< a phrase
};

}  // namespace sand
