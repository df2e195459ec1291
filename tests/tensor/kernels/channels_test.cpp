// Passes over the channels of an image: every table against plain loops, to the last bit.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tests/tensor/numbers.h"

using sand::Index;
using sand::Scalar;
using sand::kernels::Table;
using sand::testing::random_numbers;
using sand::testing::same_bits;

namespace {

/// All that the three kernels write, sums first.
std::vector<double> run(const Table& table, Index pixels, Index channels, bool products) {
  std::vector<Scalar> a = random_numbers(pixels * channels, 1), b = random_numbers(pixels * channels, 2);
  const std::vector<Scalar> s = random_numbers(channels, 3), t = random_numbers(channels, 4),
                            u = random_numbers(channels, 5);
  std::vector<double> sums(static_cast<std::size_t>(2 * channels + 1), -1);
  table.channel_sums(a.data(), products ? b.data() : nullptr, pixels, channels, sums.data(),
                     sums.data() + channels);
  std::vector<Scalar> y(a.size() + 1, Scalar{-1});
  table.scale_channels(a.data(), pixels, channels, s.data(), t.data(), y.data());
  sums.insert(sums.end(), y.begin(), y.end());
  table.add_scaled_channels(a.data(), s.data(), b.data(), t.data(), pixels, channels, u.data(), y.data());
  sums.insert(sums.end(), y.begin(), y.end());
  table.add_scaled_channels(a.data(), s.data(), b.data(), t.data(), pixels, channels, u.data(), a.data());
  sums.insert(sums.end(), a.begin(), a.end());
  return sums;
}

}  // namespace

TEST_CASE(
    "Every table passes over channels with the bits of the formula and writes nowhere else, on awkward "
    "sizes") {
  int count = 0;
  const Table* const* list = sand::kernels::tables(&count);
  for (const Index channels : {1, 3, 8, 15, 16, 17, 33, 64, 100})
    for (const Index pixels : {1, 2, 7, 196})
      for (const bool products : {false, true})
        for (int i = 1; i < count; ++i)
          CHECK(same_bits(run(*list[i], pixels, channels, products),
                          run(*list[0], pixels, channels, products)));
}

TEST_CASE("Sums over pixels of a and of a b are computed in double") {
  const std::vector<Scalar> a = {1, 2, 3, 4, 5, 6}, b = {1, 10, 100, 1000, 10000, 100000};
  double sum[2], product[2];
  sand::kernels::chosen().channel_sums(a.data(), b.data(), 3, 2, sum, product);
  CHECK(sum[0] == 9);
  CHECK(sum[1] == 12);
  CHECK(product[0] == 50301);
  CHECK(product[1] == 604020);
}
