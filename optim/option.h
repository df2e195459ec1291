// Checks the numbers that a user sets for a method.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sand::optim {

/// A number that a user has set, and the method it belongs to.
struct Option {
  const char* method;
  const char* name;
  double value;

  /// Throws Error(usage) "method: name must be <rule>" with the value found, unless `ok`.
  const Option& must(bool ok, std::string_view rule, std::string_view hint = {}) const;
  /// The value. Throws Error(usage) unless it is a whole number in low .. high.
  int whole(int low, int high) const;
};

/// Throws Error(usage) unless a table has at least as many domains as the method needs.
void check_domains(const char* method, int fewest, int found);

/// Throws Error(usage) unless a list is empty or has one number for each domain.
void check_one_each(const char* method, const char* name, const std::vector<double>& list, int domains);

/// The start of a note: why the agreement s, for signs split as evenly as possible, is still not below the
/// user's setting.
std::string least_agreement(int domains);

}  // namespace sand::optim
