// The exception for a broken rule (shapes, options, files), and the format of its message.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace sand {

/// A source line: where an operation was called. Declare it as the last parameter `Here here = Here::at()`.
/// Paths of our own files start at the root of the sources, wherever they were built (CMakeLists.txt).
struct Here {
  const char* file = "";  ///< relative to the root
  int line = 0;           ///< 0: unknown
  /// The line of source that calls it.
  static constexpr Here at(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
  /// "" if unknown
  std::string text() const { return line == 0 ? "" : std::string(file) + ":" + std::to_string(line); }
};

/// The kind of error. Its value is the exit code of the program (sysexits.h).
enum class Fault : int {
  usage = 64,       ///< an invalid option, shape or call
  data = 65,        ///< a file with wrong content
  missing = 66,     ///< an input that does not exist
  resources = 69,   ///< not enough memory, or a CPU that is too old
  internal = 70,    ///< a bug in Sandgrad
  busy = 73,        ///< an output directory that is in use or already filled
  io = 74,          ///< reading or writing failed
  non_finite = 76,  ///< NaN or infinity in numbers that must be finite
  diverged = 77,    ///< training diverged
};

/// One broken rule. The message gives the rule, one aligned line per fact, the source line, and a hint. Each
/// part may contain untrusted text: control characters, and line breaks outside the rule, are escaped as
/// in a string of C.
///
///     throw Error(Fault::usage, "linear: features of x must equal columns of w")
///         .fact("x", x.text("n, in")).fact("w", w.text("out, in")).at(here).hint("...");
class Error : public std::exception {
 public:
  Error(Fault fault, std::string_view rule);  ///< `rule` is "noun: rule".

  /// Adds "    name  value" with aligned values. A name that ends with ':' is not aligned.
  Error& fact(std::string_view name, std::string_view value);
  Error& at(Here here);                      ///< "    at file:line"
  Error& hint(std::string_view what_to_do);  ///< "    hint: ..."

  /// Rule, facts, place and hint, in lines.
  const char* what() const noexcept override { return message_.c_str(); }
  Fault fault() const { return fault_; }  ///< its exit code

 private:
  Fault fault_;
  std::string message_;
  std::size_t column_ = 3;           // where the values of facts begin
  std::vector<std::size_t> values_;  // offsets of these values in message_
};

/// Throws the result of `error()` unless `ok`: check(n > 0, [&] { return Error(...); }).
template <class MakeError>
void check(bool ok, MakeError error) {
  if (!ok) [[unlikely]]
    throw error();
}

}  // namespace sand
