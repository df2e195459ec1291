// The kernels as their formulas say it: no tiles, no vectors. Slow, and right by inspection.
#include "tensor/kernels/kernels.h"

namespace sand::kernels {
namespace {

Scalar fused(Scalar a, Scalar b, Scalar c) {
#ifdef SANDGRAD_DOUBLE
  return __builtin_fma(a, b, c);
#else
  return __builtin_fmaf(a, b, c);
#endif
}

Index packed_size(Index depth, Index columns) { return depth * columns; }

void pack(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts) {
  for (Index k = part; k < depth; k += parts)
    for (Index j = 0; j < columns; ++j) packed[k * columns + j] = b.data[k * b.row + j * b.column];
}

void multiply(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth, Index columns) {
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < depth; ++k)
      for (Index j = 0; j < columns; ++j)
        c[i * c_row + j] = fused(a.data[i * a.row + k * a.column], packed[k * columns + j], c[i * c_row + j]);
}

void signs_and_range(const Rows& x, int* balance, Scalar* low, Scalar* high) {
  for (Index j = 0; j < x.columns; ++j) {
    balance[j] = 0;
    low[j] = high[j] = x.data[j];
    for (int e = 0; e < x.rows; ++e) {
      const Scalar g = x.data[e * x.stride + j];
      balance[j] += (g > 0) - (g < 0);
      if (g < low[j]) low[j] = g;
      if (g > high[j]) high[j] = g;
    }
  }
}

void sum_on_grid(const Rows& x, const double* grid, double* sum) {
  for (Index j = 0; j < x.columns; ++j) {
    sum[j] = 0;
    for (int e = 0; e < x.rows; ++e) sum[j] += (x.data[e * x.stride + j] + grid[j]) - grid[j];
  }
}

void squares_on_grid(const Rows& x, const double* centre, const double* grid, double* sum) {
  for (Index j = 0; j < x.columns; ++j) {
    sum[j] = 0;
    for (int e = 0; e < x.rows; ++e) {
      const double deviation = x.data[e * x.stride + j] - centre[j];
      sum[j] += __builtin_fma(deviation, deviation, grid[j]) - grid[j];
    }
  }
}

}  // namespace

const Table& reference() {
  static constexpr Table table{"reference", packed_size, pack, multiply, signs_and_range, sum_on_grid, squares_on_grid};
  return table;
}

}  // namespace sand::kernels
