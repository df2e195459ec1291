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

/// The shortest digits that read back as the same number: "0.9", "1e-08".
std::string shortest(double number);

}  // namespace sand::optim
