#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "tensor/kernels/software_fma.h"
#include "tensor/random.h"

using sand::kernels::software_fma;

namespace {

/// Equal bits, or both NaN.
bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b);
}

/// Counts triples whose result differs from that of the machine's instruction.
template <class Draw>
int wrong(int count, const Draw& draw) {
  int found = 0;
  for (int i = 0; i < count; ++i) {
    float x[3];
    draw(x);
    found += !same(software_fma(x[0], x[1], x[2]), std::fma(x[0], x[1], x[2]));
  }
  return found;
}

}  // namespace

TEST_CASE("The software's a b + c has the bits of the machine's for all pairs of special numbers") {
  const float huge = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min(),
              least = std::numeric_limits<float>::min(), inf = std::numeric_limits<float>::infinity();
  std::vector<float> numbers = {
      0, tiny,     3 * tiny,        least,   least - tiny, 1,   1 + 0x1p-23F, 1 - 0x1p-24F,
      3, 0x1p-75F, 0x1.000002p-75F, 0x1p63F, huge,         inf, std::nanf("")};
  for (std::size_t i = 0, count = numbers.size(); i < count; ++i) numbers.push_back(-numbers[i]);
  for (const float a : numbers)
    for (const float b : numbers)
      for (const float c : numbers) {
        CAPTURE(a);
        CAPTURE(b);
        CAPTURE(c);
        CHECK(same(software_fma(a, b, c), std::fma(a, b, c)));
      }
}

TEST_CASE("A sum just beside the middle between two floats is rounded to the right side") {
  // (1 + u) (1 - u) = 1 - 2^-46 for u = 2^-23: a product just below a power of two. The double sum is the
  // middle itself, and the middle goes to the even neighbour.
  CHECK(software_fma(0x1.000002p-12F, 0x1.fffffcp-13F, 1 + 0x1p-23F) == 1 + 0x1p-23F);
  CHECK(software_fma(-0x1.000002p-12F, 0x1.fffffcp-14F, 0x1.fffffep-1F) == 0x1.fffffep-1F);
  // the same among subnormal numbers, where musl's fmaf is wrong
  const float odd = 0x1p-130F + 0x1p-149F;
  CHECK(software_fma(0x1.000002p-75F, 0x1.fffffcp-76F, odd) == odd);
  CHECK(software_fma(0x1p-75F, 0x1p-75F, odd) == odd + 0x1p-149F);  // the middle itself
}

TEST_CASE("The software's a b + c has the bits of the machine's for random numbers") {
  sand::Random random(1);
  const auto any = [&] { return std::bit_cast<float>(random.below(0xffffffffU)); };
  CHECK(wrong(300'000, [&](float* x) { x[0] = any(), x[1] = any(), x[2] = any(); }) == 0);
  const auto near_one = [&] { return static_cast<float>(random.uniform(-2, 2)); };
  CHECK(wrong(300'000, [&](float* x) { x[0] = near_one(), x[1] = near_one(), x[2] = near_one(); }) == 0);
  // sums just beside the middle between two floats
  CHECK(wrong(300'000, [&](float* x) {
          const float u = std::ldexp(static_cast<float>(1 + random.below(7)), -23);
          x[0] = std::ldexp(1 + u, -12) * (random.below(2) == 1 ? -1.0F : 1.0F),
          x[1] = std::ldexp(1 - u, -12);
          x[2] = static_cast<float>(random.uniform(1, 2));
        }) == 0);
  // products and sums that nearly cancel, or differ much in size
  CHECK(wrong(300'000, [&](float* x) {
          x[0] = near_one(), x[1] = near_one();
          x[2] = std::ldexp(-x[0] * x[1], static_cast<int>(random.below(60)) - 30);
        }) == 0);
  // subnormal results
  CHECK(wrong(300'000, [&](float* x) {
          x[0] = std::ldexp(near_one(), -70 - static_cast<int>(random.below(8)));
          x[1] = std::ldexp(near_one(), -70 - static_cast<int>(random.below(8)));
          x[2] = std::ldexp(static_cast<float>(random.below(1 << 20)), -149);
        }) == 0);
}
