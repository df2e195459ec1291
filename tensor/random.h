// Random numbers as a pure function of a key: the same (seed, stream, step, example) gives the same numbers
// on every machine, in any order of evaluation and for any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/scalar.h"

namespace sand {

/// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): maps a counter of 128
/// bits and a key of 64 bits to 128 random bits.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// The same for successive counters, in a fraction of the time: words 4 i to 4 i + 3 are those of the counter
/// with i added to its last number. The number of words must be a multiple of 32.
void philox_run(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key,
                std::span<std::uint32_t> words);

/// A sequence of random numbers, identified by its key. Sequences with different keys never overlap.
class Random {
 public:
  /// `stream` separates purposes (initial weights, batches, dropout of layer 2, ...).
  explicit Random(std::uint64_t seed, std::uint32_t stream = 0, std::uint32_t step = 0,
                  std::uint32_t example = 0);
  /// The sequence of another stream under the same seed.
  Random stream(std::uint32_t stream) const;

  std::uint32_t bits();                     ///< 32 random bits
  double uniform();                         ///< [0, 1), 53 bits
  double uniform(double low, double high);  ///< [low, high)
  double normal();                          ///< mean 0, deviation 1 (polar method of Marsaglia)
  /// 0 .. count - 1, each equally likely (Lemire's rejection); count > 0
  std::uint32_t below(std::uint32_t count);
  /// 0 .. count - 1 in random order (Fisher-Yates)
  std::vector<std::uint32_t> permutation(std::uint32_t count);

 private:
  std::array<std::uint32_t, 2> key_;      // seed
  std::array<std::uint32_t, 4> counter_;  // block, stream, step, example
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;  // numbers of block_ used so far
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

}  // namespace sand
