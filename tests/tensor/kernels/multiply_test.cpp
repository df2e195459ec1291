// Every table of kernels against plain loops, to the last bit, on sizes around every tile and vector.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tensor/kernels/kernels.h"
#include "tensor/random.h"
#include "tests/tensor/numbers.h"

using sand::Index;
using sand::Scalar;
using sand::kernels::Strided;
using sand::kernels::Table;
using sand::testing::same_bits;

namespace {

constexpr Index kSizes[] = {1, 2, 9, 13, 14, 15, 16, 17, 28, 31, 32, 33, 64, 65};
constexpr Scalar kUnwritten = Scalar{-12345.5};
// Any arithmetic turns it into a quiet NaN: even adding 0 outside c is detected.
constexpr Scalar kSignal = std::numeric_limits<Scalar>::signaling_NaN();

std::span<const Table* const> tables() {
  int count = 0;
  const Table* const* list = sand::kernels::tables(&count);
  return {list, static_cast<std::size_t>(count)};
}

/// A matrix with its memory; elements are `row` and `column` numbers apart, and the memory ends with the last
/// one.
struct Matrix {
  enum Layout { plain, transposed, every_second };

  Matrix(Index rows, Index columns, Layout layout, sand::Random& random) {
    const Index gap = layout == every_second ? 2 : 1;
    row = layout == transposed ? 1 : gap * columns + gap - 1;
    column = layout == transposed ? rows : gap;
    numbers.resize(
        rows * columns == 0 ? 0 : static_cast<std::size_t>((rows - 1) * row + (columns - 1) * column + 1));
    for (Scalar& number : numbers) number = static_cast<Scalar>(random.normal());
    if (!numbers.empty()) numbers[random.below(static_cast<std::uint32_t>(numbers.size()))] = -Scalar{0};
  }
  Strided view() const { return {numbers.data(), row, column}; }

  std::vector<Scalar> numbers;
  Index row, column;
};

/// c [rows, columns] inside a block of canaries.
struct Target {
  static constexpr Index kMargin = 3;

  Target(Index rows, Index columns, sand::Random random)
      : row(columns + kMargin), block(static_cast<std::size_t>(kMargin + (rows + 1) * row), kSignal) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; ++j) c()[i * row + j] = static_cast<Scalar>(random.uniform(-1, 1));
  }
  Scalar* c() { return block.data() + kMargin; }

  Index row;
  std::vector<Scalar> block;
};

std::vector<Scalar> packed(const Table& table, const Matrix& b, Index depth, Index columns, int parts = 1) {
  std::vector<Scalar> packed(static_cast<std::size_t>(table.packed_size(depth, columns)), kUnwritten);
  for (int part = parts; part-- > 0;) table.pack(b.view(), depth, columns, packed.data(), part, parts);
  return packed;
}

/// The formula of the contract, one element after the other.
void multiply_by_hand(Strided a, Strided b, Scalar* c, Index c_row, Index rows, Index depth, Index columns) {
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      Scalar sum = c[i * c_row + j];
      for (Index k = 0; k < depth; ++k)
        sum = std::fma(a.data[i * a.row + k * a.column], b.data[k * b.row + j * b.column], sum);
      c[i * c_row + j] = sum;
    }
}

/// How many tables differ from the formula in some bit, inside c or around it.
int differences(Index rows, Index depth, Index columns, Matrix::Layout layout_of_a,
                Matrix::Layout layout_of_b) {
  sand::Random random(static_cast<std::uint64_t>(rows * 10000 + depth * 100 + columns));
  const Matrix a(rows, depth, layout_of_a, random), b(depth, columns, layout_of_b, random);
  Target expected(rows, columns, random);
  multiply_by_hand(a.view(), b.view(), expected.c(), expected.row, rows, depth, columns);
  int count = 0;
  for (const Table* table : tables()) {
    Target found(rows, columns, random);
    table->multiply(a.view(), packed(*table, b, depth, columns).data(), found.c(), found.row, rows, depth,
                    columns);
    if (same_bits(found.block, expected.block)) continue;
    ++count;
    MESSAGE(std::string(table->name), " differs: rows ", rows, ", depth ", depth, ", columns ", columns);
  }
  return count;
}

}  // namespace

TEST_CASE("Every table gives the bits of the formula and writes nowhere else, on awkward sizes") {
  for (const Index rows : kSizes)
    for (const Index depth : kSizes)
      for (const Index columns : kSizes)
        REQUIRE(differences(rows, depth, columns, Matrix::plain, Matrix::plain) == 0);
}

TEST_CASE("Operands may be transposed or strided") {
  for (const auto layout_of_a : {Matrix::plain, Matrix::transposed, Matrix::every_second})
    for (const auto layout_of_b : {Matrix::plain, Matrix::transposed, Matrix::every_second})
      for (const Index rows : {1, 14, 17, 65})
        for (const Index depth : {1, 15, 33})
          for (const Index columns : {1, 13, 16, 32, 65})
            REQUIRE(differences(rows, depth, columns, layout_of_a, layout_of_b) == 0);
}

TEST_CASE("Without rows, depth or columns nothing is written") {
  for (const Index empty : {0, 1, 2})
    for (const Index other : {1, 16, 33})
      CHECK(differences(empty == 0 ? 0 : other, empty == 1 ? 0 : other, empty == 2 ? 0 : other, Matrix::plain,
                        Matrix::plain) == 0);
}

TEST_CASE("Packing in several parts equals packing in one") {
  sand::Random random(5);
  for (const Table* table : tables())
    for (const Index depth : {1, 5, 16})
      for (const Index columns : {1, 31, 32, 33, 100})
        for (const auto layout : {Matrix::plain, Matrix::transposed, Matrix::every_second}) {
          const Matrix b(depth, columns, layout, random);
          const std::vector<Scalar> whole = packed(*table, b, depth, columns);
          for (const int parts : {2, 3, 200})
            CHECK(same_bits(packed(*table, b, depth, columns, parts), whole));
          CHECK(std::count(whole.begin(), whole.end(), kUnwritten) == 0);  // every number was written
        }
}

TEST_CASE("Each number is packed by exactly one part") {
  sand::Random random(7);
  const Index depth = 5, columns = 100;
  const Matrix b(depth, columns, Matrix::plain, random);
  for (const Table* table : tables()) {
    std::vector<int> writers(packed(*table, b, depth, columns).size());
    for (int part = 0; part < 3; ++part) {
      std::vector<Scalar> share(writers.size(), kUnwritten);
      table->pack(b.view(), depth, columns, share.data(), part, 3);
      for (std::size_t i = 0; i < share.size(); ++i) writers[i] += share[i] != kUnwritten;
    }
    CHECK(std::count(writers.begin(), writers.end(), 1) == static_cast<Index>(writers.size()));
  }
}

TEST_CASE("Rows of c have the same bits for any other rows computed with them") {
  sand::Random random(6);
  const Index rows = 37, depth = 29, columns = 45;
  const Matrix a(rows, depth, Matrix::plain, random), b(depth, columns, Matrix::plain, random);
  for (const Table* table : tables()) {
    const std::vector<Scalar> b_packed = packed(*table, b, depth, columns);
    Target together(rows, columns, random), apart = together;
    table->multiply(a.view(), b_packed.data(), together.c(), together.row, rows, depth, columns);
    for (Index first = 0, count = 1; first < rows;
         first += count, count = std::min(count + 1, rows - first)) {
      const Strided some{a.numbers.data() + first * a.row, a.row, a.column};
      table->multiply(some, b_packed.data(), apart.c() + first * apart.row, apart.row, count, depth, columns);
    }
    CHECK(same_bits(together.block, apart.block));
  }
}

TEST_CASE("The plain loops come first among the tables, and one of the tables is chosen") {
  REQUIRE_FALSE(tables().empty());
  CHECK(tables().front() == &sand::kernels::reference());
  CHECK(std::count(tables().begin(), tables().end(), &sand::kernels::chosen()) == 1);
}
