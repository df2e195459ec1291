// Checks of the numbers that a user sets on a method.
#pragma once

#include <string>
#include <string_view>

namespace sand::optim {

/// A number that a user has set, and the method it belongs to.
struct Option {
  const char* method;
  const char* name;
  double value;

  /// Throws Error(usage) "method: name must be <rule>" with the value found, unless `ok`.
  const Option& must(bool ok, std::string_view rule, std::string_view hint = {}) const;
};

/// Why the agreement s of signs that are as divided as can be is not below what a user set: the start of a
/// note.
std::string least_agreement(int domains);

}  // namespace sand::optim
