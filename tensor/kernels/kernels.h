// The contract of the kernels: what each computes, in which order, over which layout. Includes nothing of the
// standard library or Eigen: the same inline function compiled for two instruction sets breaks the
// one-definition rule.
#pragma once

#include "tensor/scalar.h"

namespace sand::kernels {

/// An operand read as a matrix: element (i, j) is at data[i * row + j * column]. Swapping row and column
/// transposes it. If `run` is set, columns come in runs of this length, and runs start `jump` numbers apart:
/// element (i, j) is at data[i * row + j / run * jump + j % run * column]. So the patches of an image form a
/// matrix without a copy.
struct Strided {
  const Scalar* data;
  Index row, column;
  Index run = 0, jump = 0;
  Strided transposed() const { return {data, column, row}; }
};

/// A convolution of images x [h, w, c] with filters w [out, c, kh, kw] to y [out_h, out_w, out], zeros around
/// x: y[i, j, o] = bias[o] + sum over u < kh, v < kw, c of x[i stride + u - padding, j stride + v - padding,
/// c] w[o, c, u, v]. Built by `convolution()` in convolution.h, which also chooses the algorithm.
struct Convolution {
  Index height, width, channels;         // of x
  Index out_height, out_width, outputs;  // of y
  Index kernel_height, kernel_width;     // odd
  Index stride, padding;
  Index tile;     // 0: term by term; m: by Winograd's algorithm, m x m outputs at a time
  Index at_once;  // number of tiles multiplied and transformed back together; does not affect bits
  friend bool operator==(const Convolution&, const Convolution&) = default;
};

/// Rows of a table, with all their columns: number j of row e is at data[e * stride + j].
struct Rows {
  const Scalar* data;
  Index stride;
  int rows;
  Index columns;
};

constexpr int kGramChains = 8;       ///< running sums of each dot product, as in tensor/sum.h
constexpr Index kGramColumns = 256;  ///< largest number of columns of one call

/// One implementation of every kernel. All tables compute the same numbers to the last bit.
struct Table {
  const char* name;

  /// How many numbers `pack` writes for a right-hand operand [depth, columns].
  Index (*packed_size)(Index depth, Index columns);

  /// Copies b [depth, columns] into the order in which `multiply` of the same table reads it. A weight is
  /// packed once per step and then shared, read-only, by all shards. Different threads may pack different
  /// parts (`part` of `parts`).
  void (*pack)(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts);

  /// c[i, j] = fma(a[i, depth-1], b[depth-1, j], ... fma(a[i, 1], b[1, j], fma(a[i, 0], b[0, j], c[i, j])))
  /// for i < rows, j < columns: one fused multiply-add per term, in ascending order from the stored value.
  /// The order is fixed, so the bits depend on neither the tile nor the table.
  ///   a       [rows, depth], any strides
  ///   packed  b [depth, columns] as written by `pack`
  ///   c       row-major, c_row numbers from one row to the next; must not overlap a or b
  void (*multiply)(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth,
                   Index columns);

  /// Runs fused multiply-adds on registers at the peak rate of one core: the reference for the speed of the
  /// other kernels. Returns their number.
  Index (*fused_multiply_adds)(Index rounds);

  // Convolutions of n images x [n, h, w, c], channels last. `filters` is the output of prepare_filters for w,
  // made once per step for all shards; `kept` passes data from forward to backward; `scratch` holds nothing
  // between calls.
  Index (*filters_size)(const Convolution& shape);
  Index (*kept_size)(const Convolution& shape, Index images);
  Index (*scratch_size)(const Convolution& shape, Index images);
  void (*prepare_filters)(const Convolution& shape, const Scalar* w, bool back, Scalar* filters, int part,
                          int parts);
  /// y = bias + x * w. Term by term: one fused multiply-add per term, ascending in (u, v, c) from the bias,
  /// zeros around x included. In tiles: see winograd.h.
  void (*convolve)(const Convolution& shape, Index images, const Scalar* x, const Scalar* filters,
                   const Scalar* bias, Scalar* y, Scalar* kept, Scalar* scratch);
  /// Adds to dx [n, h, w, c] and dw [out, c, kh, kw]; either may be null. Term by term: dx sums from its
  /// stored value, ascending in (i, j, o), zeros around dy included; dw adds a sum from 0, ascending in
  /// (image, i, j).
  void (*convolve_back)(const Convolution& shape, Index images, const Scalar* x, const Scalar* filters,
                        const Scalar* dy, Scalar* dx, Scalar* dw, const Scalar* kept, Scalar* scratch);

  // Over the pixels of one image [pixels, channels], each channel separately.
  /// sum[c] = sum of a[., c], product[c] = sum of a[., c] b[., c] by fused multiply-add; both in double,
  /// pixels ascending. If b is null, there are no products.
  void (*channel_sums)(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum,
                       double* product);
  /// y = x scale + shift, rounded once.
  void (*scale_channels)(const Scalar* x, Index pixels, Index channels, const Scalar* scale,
                         const Scalar* shift, Scalar* y);
  /// y += a a_scale + (b b_scale + shift), each product rounded together with its sum. If y is a, assigns y
  /// instead.
  void (*add_scaled_channels)(const Scalar* a, const Scalar* a_scale, const Scalar* b, const Scalar* b_scale,
                              Index pixels, Index channels, const Scalar* shift, Scalar* y);

  // Down the columns, rows in ascending order. NaN has no sign; NaN after the first row does not change the
  // range.
  /// balance[j] = count of numbers above 0 minus count below 0; low[j], high[j] = the least and greatest
  /// number.
  void (*signs_and_range)(const Rows& x, int* balance, Scalar* low, Scalar* high);
  /// sum[j] = sum over rows of (x + grid[j]) - grid[j]: numbers rounded to a grid, so that sums are exact.
  void (*sum_on_grid)(const Rows& x, const double* grid, double* sum);
  /// sum[j] = sum over rows of fma(d, d, grid[j]) - grid[j], d = x - centre[j]: squares, rounded to a grid.
  void (*squares_on_grid)(const Rows& x, const double* centre, const double* grid, double* sum);
  /// The same for the numbers above 0, with one grid, and for those below 0, with another.
  void (*sums_by_sign)(const Rows& x, const double* grid_above, const double* grid_below, double* above,
                       double* below);
  /// y[j] = fma(weight[e], x[e, j], ...) over rows from 0, in double, then rounded. At most 256 columns.
  void (*weighted_sum)(const Rows& x, const double* weight, Scalar* y);

  /// The dot products of all pairs of rows, in double: column j is added to chain j mod 8 of each pair by a
  /// fused multiply-add, columns ascending.
  ///   x       at most kGramColumns columns
  ///   block   room for rows + 3 rows of kGramColumns numbers
  ///   chains  [rows (rows + 1) / 2, kGramChains]: those of rows a >= b are number a (a + 1) / 2 + b
  void (*add_gram)(const Rows& x, double* block, double* chains);
};

/// Plain loops: the reference for the other tables, and the fallback if no faster table fits the CPU.
const Table& reference();

/// Every table that this CPU can run, slowest first; `count` receives their number.
const Table* const* tables(int* count);

/// The fastest of `tables()`, or the one named in the environment variable SANDGRAD_KERNELS.
const Table& chosen();

}  // namespace sand::kernels
