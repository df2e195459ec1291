#include "optim/option.h"

#include <array>
#include <charconv>

#include "tensor/error.h"

namespace sand::optim {

const Option& Option::must(bool ok, std::string_view rule, std::string_view hint) const {
  check(ok, [&] {
    Error error(Fault::usage, std::string(method) + ": " + name + " must be " + std::string(rule));
    error.fact("found", shortest(value));
    if (!hint.empty()) error.hint(hint);
    return error;
  });
  return *this;
}

std::string shortest(double number) {
  std::array<char, 32> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

}  // namespace sand::optim
