// 10^x and 2^x with the bits of the C library under Python and numpy, in which DomainBed draws.
#pragma once

namespace sand::experiments {

/// Equal to glibc's pow (2.28 or later, on a CPU with fused multiply-add): in every bit for the exponents
/// that DomainBed draws, -7 .. 12; up to |x| = 300 in 9,999 of 10,000 numbers, the others off by one unit of
/// the last place. Does not call libm, whose bits depend on the machine. The algorithm and its polynomial are
/// those of Arm's optimized routines: base^x = e^y, y in two parts, e^y = 2^(n/128) (1 + p(y - n ln2 / 128)).
double power_of_10(double x);
double power_of_2(double x);

}  // namespace sand::experiments
