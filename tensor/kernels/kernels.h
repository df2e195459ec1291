// The contract of the fast loops: what each computes, in which order, over which layout. Nothing of the standard library
// or Eigen is included here, since the same inline function compiled for two instruction sets breaks the one-definition rule.
#pragma once

#include "tensor/scalar.h"

namespace sand::kernels {

/// An operand read as a matrix: element (i, j) is at data[i * row + j * column]. Swapping row and column transposes it.
struct Strided {
  const Scalar* data;
  Index row, column;
  Strided transposed() const { return {data, column, row}; }
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

  /// Copies b [depth, columns] into the order in which `multiply` of the same table reads it. A weight is packed once
  /// per step and then shared, read-only, by all shards. Part `part` of `parts` may be packed by a thread of its own.
  void (*pack)(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts);

  /// c[i, j] = fma(a[i, depth-1], b[depth-1, j], ... fma(a[i, 1], b[1, j], fma(a[i, 0], b[0, j], c[i, j])))
  /// for i < rows, j < columns: one fused multiply-add per term, ascending from the stored value. Canonical, so the bits
  /// depend neither on the tile nor on the table.
  ///   a       [rows, depth], any strides
  ///   packed  b [depth, columns] as written by `pack`
  ///   c       row-major, c_row numbers from one row to the next; must not overlap a or b
  void (*multiply)(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth, Index columns);

  // Down the columns, rows in ascending order; a NaN abstains from signs and from the range of later rows.
  /// balance[j] = how many numbers are above 0 less how many are below; low[j], high[j] = the least and greatest number.
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
