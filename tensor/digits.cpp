#include "tensor/digits.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace sand {

std::string exact(float number) {
  std::array<char, 32> digits;
  std::snprintf(digits.data(), digits.size(), "%.9g", static_cast<double>(number));
  return digits.data();
}

std::string exact(double number) {
  std::array<char, 32> digits;
  std::snprintf(digits.data(), digits.size(), "%.17g", number);
  return digits.data();
}

std::string shortest(double number) {
  std::array<char, 32> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

}  // namespace sand
