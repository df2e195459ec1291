// Lab sheet: c += a b, for one instruction set. Included once by each file that sets VECTOR_BYTES and
// TILE_ROWS; it has no inline function that another file could share, and calls nothing.
//
//                    packed b: panels of kWidth columns, depth-major
//                      k=0 [ b00 b01 ... ]  two vectors, loaded once per k
//                      k=1 [ b10 b11 ... ]
//      a, strided         |
//   [ a00 a01 .. ]  ->  [ c00 c01 ... ]     kTileRows x 2 accumulators stay in registers for all k;
//   [ a10 a11 .. ]  ->  [ c10 c11 ... ]     each a is broadcast straight from memory by the multiply-add
//
// Why these sizes (x86-64-v4: 14 x 32 floats, v3: 6 x 16):
//   - two multiply-adds start per cycle and take 4, so at least 8 accumulators are needed; there are 28 (12);
//   - 28 accumulators + 2 of b = 30 of 32 registers (12 + 2 + 1 = 15 of 16);
//   - 2 loads of b and 14 broadcasts feed 28 multiply-adds: the load ports are a third idle.
// Depth is not blocked: a panel of b (32 columns x 400 deep = 50 KB) comes from L2 at 9 bytes per cycle, far
// below its rate. All tiles of a panel share in prefetching the next panel into L2. a is not packed: three
// rows share one base pointer (base, base + row, base + 2 row are x86 addressing modes), so 14 rows need five
// pointers. Rows are split evenly (64 = 13+13+13+13+12), since a last tile of 8 would be half empty.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"

namespace sand::kernels {
namespace {

typedef Scalar Unaligned __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(Scalar)), may_alias));

constexpr Index kLanes = VECTOR_BYTES / sizeof(Scalar);
constexpr Index kWidth = 2 * kLanes;  // columns of a panel
constexpr int kTileRows = TILE_ROWS;

Index packed_size(Index depth, Index columns) { return (columns + kWidth - 1) / kWidth * kWidth * depth; }

void pack(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts) {
  if (depth == 0) return;
  const Index panels = (columns + kWidth - 1) / kWidth;
  for (Index panel = part; panel < panels; panel += parts) {
    const Index first = panel * kWidth;
    const Index width = columns - first < kWidth ? columns - first : kWidth;
    const Scalar* from = b.data + first * b.column;
    Scalar* to = packed + panel * kWidth * depth;
    for (Index k = 0; k < depth; ++k, from += b.row, to += kWidth) {
      if (width == kWidth && b.column == 1) {
        for (Index j = 0; j < kWidth; j += kLanes)
          *reinterpret_cast<Unaligned*>(to + j) = *reinterpret_cast<const Unaligned*>(from + j);
      } else {
        for (Index j = 0; j < width; ++j) to[j] = from[j * b.column];
        for (Index j = width; j < kWidth; ++j) to[j] = 0;
      }
    }
  }
}

/// The initial value of a product: the stored c, or zero.
enum class Start { stored, zero };

/// Prefetch for later tiles: every k fetches the cache line at `next`, then moves `next` by `step` numbers.
/// `next` may pass the end of the data; that fetch is useless but harmless.
struct Ahead {
  const Scalar* next;
  Index step;
};

/// One register tile: Rows x (Vectors * kLanes) of c, over all of depth.
template <int Rows, int Vectors>
void tile(Strided a, const Scalar* b, Scalar* c, Index c_row, Index depth, Start start, Ahead ahead) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v)
      sum[i][v] = start == Start::zero
                      ? Vector{}
                      : Vector(*reinterpret_cast<const Unaligned*>(c + i * c_row + v * kLanes));

  const Index run = a.run > 0 ? a.run : depth;
  for (Index first = 0; first < depth; first += run, a.data += a.jump) {
    const Scalar* base[(Rows + 2) / 3];
#pragma GCC unroll 16
    for (int group = 0; group < (Rows + 2) / 3; ++group) base[group] = a.data + 3 * group * a.row;
    const Index end = depth - first < run ? depth - first : run;
    for (Index k = 0; k < end; ++k, b += kWidth, ahead.next += ahead.step) {
      __builtin_prefetch(ahead.next, 0, 2);  // into L2
      Vector bk[Vectors];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) bk[v] = *reinterpret_cast<const Unaligned*>(b + v * kLanes);
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const Scalar aik = base[i / 3][(i % 3) * a.row];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) sum[i][v] = fma(aik, bk[v], sum[i][v]);
      }
#pragma GCC unroll 16
      for (int group = 0; group < (Rows + 2) / 3; ++group) base[group] += a.column;
    }
  }

#pragma GCC unroll 16
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) *reinterpret_cast<Unaligned*>(c + i * c_row + v * kLanes) = sum[i][v];
}

typedef void (*Tile)(Strided a, const Scalar* b, Scalar* c, Index c_row, Index depth, Start start,
                     Ahead ahead);

/// The tile for a number of rows known only at run time.
template <int Vectors, int Rows = kTileRows>
Tile tile_of(Index rows) {
  if constexpr (Rows == 1)
    return tile<1, Vectors>;
  else
    return rows == Rows ? tile<Rows, Vectors> : tile_of<Vectors, Rows - 1>(rows);
}

/// A tile at the right edge: copies c to a full-width block and back, so that it touches no number outside c.
void edge_tile(Tile full, Strided a, const Scalar* b, Scalar* c, Index c_row, Index rows, Index depth,
               Index width, Start start, Ahead ahead) {
  Scalar block[kTileRows * kWidth] = {};
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < width; ++j) block[i * kWidth + j] = c[i * c_row + j];
  full(a, b, block, kWidth, depth, start, ahead);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < width; ++j) c[i * c_row + j] = block[i * kWidth + j];
}

void multiply(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth, Index columns,
              Start start) {
  if (rows == 0) return;
  const Index tiles = (rows + kTileRows - 1) / kTileRows;
  const Index tall = rows / tiles;                  // rows of most tiles;
  const Index taller = rows % tiles;                // the first `taller` tiles have one more
  const Index step = (kWidth + tiles - 1) / tiles;  // each tile fetches its share of the next panel
  for (Index j = 0; j < columns; j += kWidth, packed += kWidth * depth) {
    const Index width = columns - j < kWidth ? columns - j : kWidth;
    Index i = 0;
    for (Index t = 0; t < tiles; ++t) {
      const Index height = tall + (t < taller);
      const Strided rows_of_a{a.data + i * a.row, a.row, a.column, a.run, a.jump};
      const Tile full = width > kLanes ? tile_of<2>(height) : tile_of<1>(height);
      const Ahead ahead{packed + (kWidth + t * step) * depth, step};
      if (width == kWidth || width == kLanes)
        full(rows_of_a, packed, c + i * c_row + j, c_row, depth, start, ahead);
      else
        edge_tile(full, rows_of_a, packed, c + i * c_row + j, c_row, height, depth, width, start, ahead);
      i += height;
    }
  }
}

void multiply(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth,
              Index columns) {
  multiply(a, packed, c, c_row, rows, depth, columns, Start::stored);
}

Index fused_multiply_adds(Index rounds) {
  constexpr Index kChains = 12;  // independent sums: two multiply-adds start per cycle and take 4 cycles
  Vector sum[kChains] = {}, x = {};
  asm volatile("" : "+v"(x));  // the compiler cannot precompute what asm may change,
  for (Index round = 0; round < rounds; ++round)
#pragma GCC unroll 16
    for (Index i = 0; i < kChains; ++i) {
      sum[i] = fma(x, x, sum[i]);
      asm volatile("" : "+v"(sum[i]));  // nor remove what asm reads
    }
  return rounds * kChains * kLanes;
}

}  // namespace
}  // namespace sand::kernels
