// Lab sheet: the dot products of a few long rows with each other, for one instruction set. Included like
// multiply.h; likewise, it has no inline function that another file could share.
//
//   row a      x x x x x x x x    A block of at most 256 columns is converted to double once. Then a tile of
//   row a+1    x x x x x x x x    kGramTile x kGramTile pairs walks along it: each number that is loaded
//                  times          serves kGramTile products. Every pair keeps 8 chains, column j in chain
//   row b      y y y y y y y y    j mod 8, so its sum is a vector (or two) and no lane is ever exchanged.
//   row b+1    y y y y y y y y
//
// Why these sizes: two multiply-adds start per cycle and take 4, so at least 8 sums must be under way: 2 x 2
// pairs of two vectors for 16 registers, 4 x 4 pairs of one vector for 32. Rows past the last are zeros. A
// double holds the product of two floats exactly, and neither overflows nor loses gradients below 1e-19.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"

namespace sand::kernels {
namespace {

constexpr int kPairLanes = VECTOR_BYTES / 8;
constexpr int kPairVectors = kGramChains / kPairLanes;
constexpr int kGramTile = kPairVectors == 1 ? 4 : 2;

typedef double UnalignedDoubles __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));

/// Adds the products of kGramTile rows from `a` with as many from `b`, kGramColumns apart, to each pair's
/// chains.
void gram_tile(const double* a, const double* b, Index columns,
               double* const (&chains)[kGramTile][kGramTile]) {
  Doubles sum[kGramTile][kGramTile][kPairVectors];
#pragma GCC unroll 4
  for (int i = 0; i < kGramTile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kGramTile; ++j)
#pragma GCC unroll 2
      for (int v = 0; v < kPairVectors; ++v)
        sum[i][j][v] = *reinterpret_cast<const UnalignedDoubles*>(chains[i][j] + v * kPairLanes);
  for (Index k = 0; k < columns; k += kGramChains)
#pragma GCC unroll 2
    for (int v = 0; v < kPairVectors; ++v) {
      Doubles y[kGramTile];
#pragma GCC unroll 4
      for (int j = 0; j < kGramTile; ++j)
        y[j] = *reinterpret_cast<const UnalignedDoubles*>(b + j * kGramColumns + k + v * kPairLanes);
#pragma GCC unroll 4
      for (int i = 0; i < kGramTile; ++i) {
        const Doubles x =
            *reinterpret_cast<const UnalignedDoubles*>(a + i * kGramColumns + k + v * kPairLanes);
#pragma GCC unroll 4
        for (int j = 0; j < kGramTile; ++j) sum[i][j][v] = fma(x, y[j], sum[i][j][v]);
      }
    }
#pragma GCC unroll 4
  for (int i = 0; i < kGramTile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kGramTile; ++j)
#pragma GCC unroll 2
      for (int v = 0; v < kPairVectors; ++v)
        *reinterpret_cast<UnalignedDoubles*>(chains[i][j] + v * kPairLanes) = sum[i][j][v];
}

void add_gram(const Rows& x, double* __restrict block, double* chains) {
  const int rows = (x.rows + kGramTile - 1) / kGramTile * kGramTile;
  const Index columns = (x.columns + kGramChains - 1) / kGramChains * kGramChains;
  for (int e = 0; e < rows; ++e) {
    double* to = block + e * kGramColumns;
    const Index filled = e < x.rows ? x.columns : 0;
    for (Index j = 0; j < filled; ++j) to[j] = static_cast<double>(x.data[e * x.stride + j]);
    for (Index j = filled; j < columns; ++j) to[j] = 0;
  }
  double unused[kGramChains] = {};  // takes the sums of pairs past the last row or above the diagonal
  for (int a = 0; a < rows; a += kGramTile)
    for (int b = 0; b <= a; b += kGramTile) {
      double* kept[kGramTile][kGramTile];
      for (int i = 0; i < kGramTile; ++i)
        for (int j = 0; j < kGramTile; ++j)
          kept[i][j] = a + i < x.rows && b + j <= a + i
                           ? chains + ((a + i) * (a + i + 1) / 2 + b + j) * kGramChains
                           : unused;
      gram_tile(block + a * kGramColumns, block + b * kGramColumns, columns, kept);
    }
}

}  // namespace
}  // namespace sand::kernels
