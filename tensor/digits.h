// Numbers as text that reads back as the same number.
#pragma once

#include <string>

namespace sand {

/// 9 significant digits of a float, 17 of a double.
std::string exact(float number);
std::string exact(double number);

/// The fewest digits that read back as the same number: "0.9", "1e-08".
std::string shortest(double number);

}  // namespace sand
