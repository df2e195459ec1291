// The contract of the fast loops: what each computes, in which order, over which layout. Nothing of the
// standard library or Eigen is included here, since the same inline function compiled for two instruction
// sets breaks the one-definition rule.
#pragma once

#include "tensor/scalar.h"

namespace sand::kernels {

/// An operand read as a matrix: element (i, j) is at data[i * row + j * column]. Swapping row and column
/// transposes it. Where `run` is set, columns come in runs of this length, the starts of runs `jump` numbers
/// apart: element (i, j) is at data[i * row + j / run * jump + j % run * column]. So the patches of an image
/// are a matrix without being copied.
struct Strided {
  const Scalar* data;
  Index row, column;
  Index run = 0, jump = 0;
  Strided transposed() const { return {data, column, row}; }
};

/// A convolution of images x [h, w, c] with filters w [out, c, kh, kw] to y [out_h, out_w, out], zeros around
/// x: y[i, j, o] = bias[o] + sum over u < kh, v < kw, c of x[i stride + u - padding, j stride + v - padding,
/// c] w[o, c, u, v]. Built by `convolution()` in convolution.h, which also says how it is computed.
struct Convolution {
  Index height, width, channels;         // of x
  Index out_height, out_width, outputs;  // of y
  Index kernel_height, kernel_width;     // odd
  Index stride, padding;
  Index tile;     // 0: term by term; m: by Winograd's algorithm, m x m outputs at a time
  Index at_once;  // number of tiles that are multiplied and transformed back together; no bit depends on it
  friend bool operator==(const Convolution&, const Convolution&) = default;
};

/// Some rows of a table, all columns of them: number j of row e is at data[e * stride + j].
struct Rows {
  const Scalar* data;
  Index stride;
  int rows;
  Index columns;
};

/// One implementation of every kernel. All tables compute the same numbers to the last bit.
struct Table {
  const char* name;

  /// How many numbers `pack` writes for a right-hand operand [depth, columns].
  Index (*packed_size)(Index depth, Index columns);

  /// Copies b [depth, columns] into the order in which `multiply` of the same table reads it. A weight is
  /// packed once per step and then shared, read-only, by all shards. Part `part` of `parts` may be packed by
  /// a thread of its own.
  void (*pack)(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts);

  /// c[i, j] = fma(a[i, depth-1], b[depth-1, j], ... fma(a[i, 1], b[1, j], fma(a[i, 0], b[0, j], c[i, j])))
  /// for i < rows, j < columns: one fused multiply-add per term, ascending from the stored value. Canonical,
  /// so the bits depend neither on the tile nor on the table.
  ///   a       [rows, depth], any strides
  ///   packed  b [depth, columns] as written by `pack`
  ///   c       row-major, c_row numbers from one row to the next; must not overlap a or b
  void (*multiply)(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth,
                   Index columns);

  /// As many fused multiply-adds as one core can do, on numbers that never leave the registers: what the
  /// others are measured against. Returns how many it did.
  Index (*fused_multiply_adds)(Index rounds);

  // Convolutions of n images x [n, h, w, c], channels last. `filters` is what prepare_filters made of w, once
  // per step for all shards; `kept` is what the forward pass leaves for backward; `scratch` is room that
  // holds nothing between calls.
  Index (*filters_size)(const Convolution& shape);
  Index (*kept_size)(const Convolution& shape, Index images);
  Index (*scratch_size)(const Convolution& shape, Index images);
  void (*prepare_filters)(const Convolution& shape, const Scalar* w, bool back, Scalar* filters, int part,
                          int parts);
  /// y = bias + x * w. Term by term: one fused multiply-add a term, ascending in (u, v, c) from the bias,
  /// zeros around x included. By tiles: as winograd.h says.
  void (*convolve)(const Convolution& shape, Index images, const Scalar* x, const Scalar* filters,
                   const Scalar* bias, Scalar* y, Scalar* kept, Scalar* scratch);
  /// Adds to dx [n, h, w, c] and dw [out, c, kh, kw], either of which may be null. Term by term: dx ascends
  /// from its stored value in (i, j, o), zeros around dy included; dw adds a sum that ascends from 0 in
  /// (image, i, j).
  void (*convolve_back)(const Convolution& shape, Index images, const Scalar* x, const Scalar* filters,
                        const Scalar* dy, Scalar* dx, Scalar* dw, const Scalar* kept, Scalar* scratch);

  // Over the pixels of one image [pixels, channels], for each channel on its own.
  /// sum[c] = sum of a[., c], product[c] = sum of a[., c] b[., c] by fused multiply-add; both in double,
  /// pixels ascending. b may be null, and then there are no products.
  void (*channel_sums)(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum,
                       double* product);
  /// y = x scale + shift, rounded once.
  void (*scale_channels)(const Scalar* x, Index pixels, Index channels, const Scalar* scale,
                         const Scalar* shift, Scalar* y);
  /// y += a a_scale + (b b_scale + shift), each product rounded together with its sum. Where y is a, y =
  /// instead of y +=.
  void (*add_scaled_channels)(const Scalar* a, const Scalar* a_scale, const Scalar* b, const Scalar* b_scale,
                              Index pixels, Index channels, const Scalar* shift, Scalar* y);

  // Down the columns, rows in ascending order; a NaN abstains from signs and from the range of later rows.
  /// balance[j] = how many numbers are above 0 less how many are below; low[j], high[j] = the least and
  /// greatest number.
  void (*signs_and_range)(const Rows& x, int* balance, Scalar* low, Scalar* high);
  /// sum[j] = sum over rows of (x + grid[j]) - grid[j]: numbers rounded to a grid, of which sums are exact.
  void (*sum_on_grid)(const Rows& x, const double* grid, double* sum);
  /// sum[j] = sum over rows of fma(d, d, grid[j]) - grid[j], d = x - centre[j]: squares, rounded to a grid.
  void (*squares_on_grid)(const Rows& x, const double* centre, const double* grid, double* sum);
};

/// Plain loops: the judge of the others, and the whole engine where no faster table fits the CPU.
const Table& reference();

/// Every table that this CPU can run, slowest first; `count` receives how many.
const Table* const* tables(int* count);

/// The fastest of `tables()`, or the one named in the environment variable SANDGRAD_KERNELS.
const Table& chosen();

}  // namespace sand::kernels
