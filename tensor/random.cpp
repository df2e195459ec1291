#include "tensor/random.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "tensor/elementary.h"

namespace sand {

namespace {

/// Philox of kCount counters at once: loops over them vectorize.
template <std::size_t kCount>
struct Counters {
  std::uint32_t c[4][kCount];

  void encrypt(std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < kCount; ++i) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0][i];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * c[2][i];
        c[0][i] = static_cast<std::uint32_t>(b >> 32) ^ c[1][i] ^ key[0];
        c[1][i] = static_cast<std::uint32_t>(b);
        c[2][i] = static_cast<std::uint32_t>(a >> 32) ^ c[3][i] ^ key[1];
        c[3][i] = static_cast<std::uint32_t>(a);
      }
      key[0] += 0x9E3779B9;  // the golden ratio
      key[1] += 0xBB67AE85;  // sqrt(3) - 1
    }
  }
};

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  Counters<1> one{{{counter[0]}, {counter[1]}, {counter[2]}, {counter[3]}}};
  one.encrypt(key);
  return {one.c[0][0], one.c[1][0], one.c[2][0], one.c[3][0]};
}

void philox_run(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key,
                std::span<std::uint32_t> words) {
  constexpr std::size_t kCount = 8;
  for (std::size_t first = 0; first < words.size() / 4; first += kCount) {
    Counters<kCount> some;
    for (std::size_t i = 0; i < kCount; ++i) {
      for (std::size_t word = 0; word < 3; ++word) some.c[word][i] = counter[word];
      some.c[3][i] = counter[3] + static_cast<std::uint32_t>(first + i);
    }
    some.encrypt(key);
    for (std::size_t i = 0; i < kCount; ++i)
      for (std::size_t word = 0; word < 4; ++word) words[4 * (first + i) + word] = some.c[word][i];
  }
}

Random::Random(std::uint64_t seed, std::uint32_t stream, std::uint32_t step, std::uint32_t example)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, stream, step, example} {}

Random Random::stream(std::uint32_t stream) const {
  return Random(std::uint64_t{key_[1]} << 32 | key_[0], stream, counter_[2], counter_[3]);
}

std::uint32_t Random::bits() {
  if (used_ == 4) {
    block_ = philox(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

double Random::uniform() {
  const std::uint64_t high = bits();
  const std::uint64_t low = bits();
  return static_cast<double>((high << 32 | low) >> 11) * 0x1p-53;
}

double Random::uniform(double low, double high) { return low + (high - low) * uniform(); }

double Random::normal() {
  if (std::exchange(has_spare_normal_, false)) return spare_normal_;
  double x = 0, y = 0, square = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * sand::log(square) / square);
  spare_normal_ = y * scale;
  has_spare_normal_ = true;
  return x * scale;
}

std::uint32_t Random::below(std::uint32_t count) {
  std::uint64_t product = std::uint64_t{bits()} * count;
  const std::uint32_t unfair = -count % count;  // 2^32 mod count: this many draws would favour small numbers
  while (static_cast<std::uint32_t>(product) < unfair) product = std::uint64_t{bits()} * count;
  return static_cast<std::uint32_t>(product >> 32);
}

std::vector<std::uint32_t> Random::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t last = count; last > 1; --last) std::swap(order[last - 1], order[below(last)]);
  return order;
}

}  // namespace sand
