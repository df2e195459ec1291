#include "tensor/error.h"

#include <algorithm>

#include "tensor/printable.h"

namespace sand {

Error::Error(Fault fault, std::string_view rule) : fault_(fault) {
  for (;; message_ += '\n') {  // a rule may be that of another error, with its facts
    const std::size_t end = std::min(rule.find('\n'), rule.size());
    message_ += without_controls(rule.substr(0, end));
    if (end == rule.size()) return;
    rule.remove_prefix(end + 1);
  }
}

Error& Error::fact(std::string_view name, std::string_view value) {
  constexpr std::size_t kNameWidth = 3;  // short operand names line up; a longer one just takes its room
  message_ += "\n    ";
  message_ += without_controls(name);
  message_.append(name.size() < kNameWidth ? kNameWidth - name.size() : 1, ' ');
  message_ += without_controls(value);
  return *this;
}

Error& Error::at(Here here) {
  if (here.line != 0) message_ += "\n    at " + here.text();  // else a leaf of a tape
  return *this;
}

Error& Error::hint(std::string_view what_to_do) {
  message_ += "\n    hint: ";
  message_ += without_controls(what_to_do);
  return *this;
}

}  // namespace sand
