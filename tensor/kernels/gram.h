// Lab sheet: the dot products of a few long rows with each other, for one instruction set. Included like
// multiply.h; likewise, it has no inline function that another file could share.
//
//   row a      x x x x x x x x    A block of at most 256 columns is converted to double once. Then a tile of
//   row a+1    x x x x x x x x    4 x 4 pairs (3 x 4 for 16 registers) walks along it: each number that is
//                  times          loaded serves 4 or 3 products. Every pair keeps 8 chains, column j in chain
//   row b      y y y y y y y y    j mod 8, so its sum is one vector, or two that are summed one after the
//   row b+1    y y y y y y y y    other; no lane is ever exchanged. Rows past the last are zeros.
//
// Why these sizes: two multiply-adds start per cycle and take 4, so at least 8 sums must be under way, and
// loads must be fewer than products. Each tile also prefetches two rows of the next block, since a block of a
// row is too short for the hardware to predict: this saves a third of the time for 16 rows. A double holds
// the product of two floats exactly, and neither overflows nor loses gradients below 1e-19.
//
// Zen 4, peak 59 GFLOP/s of double: 64 rows 69 %, 16 rows 48 % (AVX2: 56 % and 38 %); 2 x 2 pairs of two
// vectors had 46 % for 64 rows and AVX2.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"

namespace sand::kernels {
namespace {

constexpr int kPairLanes = VECTOR_BYTES / 8;
constexpr int kPairVectors = kGramChains / kPairLanes;
constexpr int kTileA = kPairVectors == 1 ? 4 : 3, kTileB = 4;

typedef double UnalignedDoubles __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));

/// Adds the products of kTileA rows from `a` with kTileB rows from `b`, kGramColumns apart, to each pair's
/// chains. Prefetches as many numbers from `next` and `after`.
void gram_tile(const double* a, const double* b, Index columns, const Scalar* next, const Scalar* after,
               double* const (&chains)[kTileA][kTileB]) {
  for (int v = 0; v < kPairVectors; ++v, a += kPairLanes, b += kPairLanes) {
    Doubles sum[kTileA][kTileB];
#pragma GCC unroll 4
    for (int i = 0; i < kTileA; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kTileB; ++j)
        sum[i][j] = *reinterpret_cast<const UnalignedDoubles*>(chains[i][j] + v * kPairLanes);
    for (Index k = 0; k < columns; k += kGramChains) {
      if (v == 0) {
        __builtin_prefetch(next + k);
        __builtin_prefetch(after + k);
      }
      Doubles y[kTileB];
#pragma GCC unroll 4
      for (int j = 0; j < kTileB; ++j)
        y[j] = *reinterpret_cast<const UnalignedDoubles*>(b + j * kGramColumns + k);
#pragma GCC unroll 4
      for (int i = 0; i < kTileA; ++i) {
        const Doubles x = *reinterpret_cast<const UnalignedDoubles*>(a + i * kGramColumns + k);
#pragma GCC unroll 4
        for (int j = 0; j < kTileB; ++j) sum[i][j] = fma(x, y[j], sum[i][j]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kTileA; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kTileB; ++j)
        *reinterpret_cast<UnalignedDoubles*>(chains[i][j] + v * kPairLanes) = sum[i][j];
  }
}

void add_gram(const Rows& x, double* __restrict block, double* chains) {
  constexpr int kSpareRows = 3;  // that tiles read past the last row
  const Index columns = (x.columns + kGramChains - 1) / kGramChains * kGramChains;
  for (int e = 0; e < x.rows + kSpareRows; ++e) {
    double* to = block + e * kGramColumns;
    const Index filled = e < x.rows ? x.columns : 0;
    for (Index j = 0; j < filled; ++j) to[j] = static_cast<double>(x.data[e * x.stride + j]);
    for (Index j = filled; j < columns; ++j) to[j] = 0;
  }
  double unused[kGramChains] = {};  // takes the sums of pairs past the last row or above the diagonal
  int row = 0;                      // of the next block, to prefetch
  for (int a = 0; a < x.rows; a += kTileA)
    for (int b = 0; b < x.rows && b < a + kTileA; b += kTileB) {
      double* kept[kTileA][kTileB];
      for (int i = 0; i < kTileA; ++i)
        for (int j = 0; j < kTileB; ++j)
          kept[i][j] = a + i < x.rows && b + j <= a + i
                           ? chains + ((a + i) * (a + i + 1) / 2 + b + j) * kGramChains
                           : unused;
      const Scalar* next = x.data + x.columns + (row < x.rows ? row : 0) * x.stride;
      gram_tile(block + a * kGramColumns, block + b * kGramColumns, columns, next,
                row + 1 < x.rows ? next + x.stride : next, kept);
      row += 2;
    }
}

}  // namespace
}  // namespace sand::kernels
