// The version of the arithmetic, stored in records and checkpoints.
#pragma once

namespace sand {

/// Increased by one whenever any bit of any result changes under unchanged settings, for any reason: an order
/// of sums, a kernel, a constant, a stream of random numbers. Equal versions guarantee equal bits;
/// tests/golden/bits.txt holds their hashes.
inline constexpr int kNumericsVersion = 1;

}  // namespace sand
