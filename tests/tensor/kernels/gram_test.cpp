// The kernel of Gram matrices: every table against the reference, and the reference against its contract.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/random.h"
#include "tests/tensor/numbers.h"

using namespace sand;
using namespace sand::kernels;
using sand::testing::same_bits;

namespace {

constexpr double kUntouched = 77;

/// Rows of numbers of mixed size and some exact zeros, further apart than they are long.
struct RowsOfMixedSize {
  std::vector<Scalar> numbers;
  Rows rows;
  RowsOfMixedSize(int count, Index columns) : numbers(static_cast<std::size_t>(count * (columns + 5))) {
    Random random(static_cast<std::uint64_t>(count * 1000 + columns));
    for (Scalar& number : numbers)
      number = random.below(10) == 0
                   ? Scalar{0}
                   : static_cast<Scalar>(random.normal() *
                                         std::ldexp(1.0, static_cast<int>(random.below(30)) - 15));
    rows = {numbers.data(), columns + 5, count, columns};
  }
};

/// The chains after `calls` calls, from chains that are not 0, with canaries around chains and block.
std::vector<double> chains_of(const kernels::Table& table, const Rows& x, int calls) {
  const std::size_t pairs = static_cast<std::size_t>(x.rows * (x.rows + 1) / 2);
  std::vector<double> chains(pairs * kGramChains + 2, 0.5);
  std::vector<double> block(static_cast<std::size_t>((x.rows + 3) * kGramColumns + 2));
  chains.front() = chains.back() = block.front() = block.back() = kUntouched;
  for (int call = 0; call < calls; ++call) table.add_gram(x, block.data() + 1, chains.data() + 1);
  CHECK(block.front() == kUntouched);
  CHECK(block.back() == kUntouched);
  CHECK(chains.front() == kUntouched);
  CHECK(chains.back() == kUntouched);
  return chains;
}

}  // namespace

TEST_CASE(
    "Every table adds the reference's chains to the last bit, call after call, and writes nothing else") {
  int count = 0;
  const kernels::Table* const* list = tables(&count);
  for (int rows = 1; rows <= 64; rows += rows == 17 ? 47 : 1)
    for (const Index columns : {1, 7, 8, 9, 255, 256})
      for (const int calls : {1, 3}) {
        const RowsOfMixedSize table(rows, columns);
        const std::vector<double> expected = chains_of(reference(), table.rows, calls);
        for (int i = 0; i < count; ++i) {
          CAPTURE(list[i]->name);
          CAPTURE(rows);
          CAPTURE(columns);
          CAPTURE(calls);
          CHECK(same_bits(chains_of(*list[i], table.rows, calls), expected));
        }
      }
}

TEST_CASE("The reference adds column j of rows a and b to chain j mod 8 of pair a (a + 1) / 2 + b") {
  std::vector<Scalar> numbers(2 * 9);
  for (std::size_t j = 0; j < 9; ++j) numbers[j] = static_cast<Scalar>(j + 1), numbers[9 + j] = -2;
  double block[5 * kGramColumns], chains[3 * kGramChains] = {};
  reference().add_gram({numbers.data(), 9, 2, 9}, block, chains);
  for (std::size_t j = 0; j < kGramChains; ++j) {
    const double x = static_cast<double>(j + 1), last = j == 0 ? 9 : 0;
    CHECK(chains[j] == x * x + last * last);
    CHECK(chains[kGramChains + j] == -2 * x - 2 * last);
    CHECK(chains[2 * kGramChains + j] == (j == 0 ? 8 : 4));
  }
}

TEST_CASE("A number that is not finite reaches the chains of its row in every table, and no other pair") {
  int count = 0;
  const kernels::Table* const* list = tables(&count);
  for (const Scalar bad : {std::numeric_limits<Scalar>::quiet_NaN(), std::numeric_limits<Scalar>::infinity()})
    for (int i = 0; i < count; ++i) {
      RowsOfMixedSize table(5, 9);
      table.numbers[2 * 14 + 8] = bad;  // the ninth column, so chain 0, of row 2
      const std::vector<double> chains = chains_of(*list[i], table.rows, 1);
      std::size_t pair = 0;
      for (int a = 0; a < 5; ++a)
        for (int b = 0; b <= a; ++b, ++pair)
          for (std::size_t lane = 0; lane < kGramChains; ++lane)
            CHECK(std::isfinite(chains[1 + pair * kGramChains + lane]) == !(lane == 0 && (a == 2 || b == 2)));
    }
}
