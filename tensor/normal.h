// The normal distribution N(0, 1): its share below a number, and the number for a share. By our own
// arithmetic, for the same reason as elementary.h.
#pragma once

#include <span>

namespace sand {

/// The share of the normal distribution below x, to a relative error of 1e-13 as long as it is a normal
/// double (x >= -37.5); NaN for NaN.
double normal_cdf(double x);

/// The number below which a share p of the normal distribution lies, to 1e-15; 1.4e-11 <= p <= 1 - 1.4e-11.
/// By Wichura's rational approximations (1988, AS 241).
double normal_quantile(double p);
/// The same of many shares, faster. The spans have the same size, a multiple of 8, and do not overlap.
void normal_quantiles(std::span<const double> p, std::span<double> numbers);

}  // namespace sand
