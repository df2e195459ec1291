#include "tensor/error.h"

namespace sand {

Error& Error::fact(std::string_view name, std::string_view value) {
  constexpr std::size_t kNameWidth = 3;  // short operand names line up; a longer one just takes its room
  message_ += "\n    ";
  message_ += name;
  message_.append(name.size() < kNameWidth ? kNameWidth - name.size() : 1, ' ');
  message_ += value;
  return *this;
}

Error& Error::at(Here here) {
  if (here.line != 0) message_ += "\n    at " + here.text();  // else a leaf of a tape
  return *this;
}

Error& Error::hint(std::string_view what_to_do) {
  message_ += "\n    hint: ";
  message_ += what_to_do;
  return *this;
}

}  // namespace sand
