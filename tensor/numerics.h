// Which arithmetic this is, as a number that records and checkpoints keep.
#pragma once

namespace sand {

/// Raised by one whenever any bit of any result changes under unchanged settings, for whatever reason: an
/// order of sums, a kernel, a constant, a stream of random numbers. Equal versions promise equal bits;
/// tests/golden/bits.txt holds their hashes.
inline constexpr int kNumericsVersion = 1;

}  // namespace sand
