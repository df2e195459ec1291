// Reproduces numpy.random.RandomState draw for draw. Published data sets and protocols are defined by its
// streams, which numpy has frozen (NEP 19). New code in this project uses sand::Random instead.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace sand::domains {

/// Equal to numpy bit for bit, except randn: its logarithm is ours and agrees to a few ulp of double. Names
/// are numpy's.
class RandomState {
 public:
  /// MT19937, seeded by its authors' init_genrand, as the C++ standard also prescribes.
  explicit RandomState(std::uint32_t seed) : words_(seed) {}

  double random_sample();                   ///< [0, 1), 53 bits
  double uniform(double low, double high);  ///< low + (high - low) * random_sample()
  /// low .. high - 1, each equally likely. Throws Error(usage) unless low < high.
  std::int64_t randint(std::int64_t low, std::int64_t high);
  double randn();  ///< mean 0, deviation 1 (polar method; keeps every second value for the next call)
  void shuffle(std::span<std::uint32_t> numbers);               ///< Fisher-Yates from the end
  std::vector<std::uint32_t> permutation(std::uint32_t count);  ///< 0 .. count - 1, shuffled

 private:
  std::uint32_t word() { return static_cast<std::uint32_t>(words_()); }
  std::uint64_t up_to(std::uint64_t last);  // 0 .. last

  std::mt19937 words_;
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

}  // namespace sand::domains
