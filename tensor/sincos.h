// Our own sin and cos, for the same reason as elementary.h. Data sets use them; training does not.
#pragma once

#include <cmath>
#include <cstdint>

namespace sand {

/// sin and cos of one angle, |angle| <= 1e5, to 2e-16.
struct SinCos {
  double sin, cos;
};
inline SinCos sincos(double angle) {
  // angle = quarter * pi/2 + r with |r| <= pi/4 and pi/2 in three parts (Cody and Waite), then both Taylor
  // series.
  const double quarter = (angle * 0x1.45f306dc9c883p-1 + 0x1.8p52) - 0x1.8p52;
  double r = std::fma(-quarter, 0x1.921fb54400000p+0, angle);
  r = std::fma(-quarter, 0x1.0b4611a600000p-34, r);
  r = std::fma(-quarter, 0x1.3198a2e037073p-69, r);
  const double z = r * r;
  double s = 0, c = 0;
  for (int k = 19; k >= 3; k -= 2) s = (s + 1.0) * -z / (k * (k - 1));
  for (int k = 18; k >= 2; k -= 2) c = (c + 1.0) * -z / (k * (k - 1));
  s = std::fma(r, s, r);
  c = 1.0 + c;
  switch (static_cast<std::int64_t>(quarter) & 3) {
    case 0: return {s, c};
    case 1: return {c, -s};
    case 2: return {-s, -c};
    default: return {-c, s};
  }
}

}  // namespace sand
