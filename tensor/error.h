// What is thrown when a rule is broken at a border (shapes, options, files), and how its message is built.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// A line of source: where an operation was called. Take it as a last argument `Here here = Here::at()`. Our
/// own files are named from the root of the sources on, wherever they were built (CMakeLists.txt).
struct Here {
  const char* file = "";
  int line = 0;
  static constexpr Here at(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
  /// "" if unknown
  std::string text() const { return line == 0 ? "" : std::string(file) + ":" + std::to_string(line); }
};

/// What went wrong, as the exit code of the program (sysexits.h).
enum class Fault : int {
  usage = 64,       ///< an option, a shape or a call that breaks a rule
  data = 65,        ///< a file whose content is wrong
  missing = 66,     ///< an input that is not there
  resources = 69,   ///< not enough memory, or a CPU that is too old
  internal = 70,    ///< our own mistake
  busy = 73,        ///< an output directory that is in use or already filled
  io = 74,          ///< reading or writing failed
  non_finite = 76,  ///< NaN or infinity where numbers must be finite
  diverged = 77,    ///< training ran away
};

/// One broken rule. The message is a rule, then one aligned line per fact, then where, then what to do. Text
/// of others may stand in each of them: control characters, and line breaks outside the rule, are written as
/// \x1b.
///
///     throw Error(Fault::usage, "linear: features of x must equal columns of w")
///         .fact("x", x.text("n, in")).fact("w", w.text("out, in")).at(here).hint("...");
class Error : public std::exception {
 public:
  Error(Fault fault, std::string_view rule);

  /// "    name  value", values in one column; "name:" is on its own
  Error& fact(std::string_view name, std::string_view value);
  Error& at(Here here);                      ///< "    at file:line"
  Error& hint(std::string_view what_to_do);  ///< "    hint: ..."

  const char* what() const noexcept override { return message_.c_str(); }
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
  std::string message_;
  std::size_t column_ = 3;           // in which the values of facts begin
  std::vector<std::size_t> values_;  // where they begin in the message
};

/// Throws what `error()` makes unless `ok`: check(n > 0, [&] { return Error(...); }).
template <class MakeError>
void check(bool ok, MakeError error) {
  if (!ok) [[unlikely]]
    throw error();
}

}  // namespace sand
