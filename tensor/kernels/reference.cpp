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

}  // namespace

const Table& reference() {
  static constexpr Table table{"reference", packed_size, pack, multiply};
  return table;
}

}  // namespace sand::kernels
