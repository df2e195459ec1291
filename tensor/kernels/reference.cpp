// The kernels exactly as in their formulas: no tiles, no vectors. Slow, but easy to verify by reading.
#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"
#include "tensor/kernels/reference_convolution.h"

namespace sand::kernels {
namespace {

Index packed_size(Index depth, Index columns) { return depth * columns; }

void pack(Strided b, Index depth, Index columns, Scalar* packed, int part, int parts) {
  for (Index k = part; k < depth; k += parts)
    for (Index j = 0; j < columns; ++j) packed[k * columns + j] = b.data[k * b.row + j * b.column];
}

void multiply(Strided a, const Scalar* packed, Scalar* c, Index c_row, Index rows, Index depth,
              Index columns) {
  const Index run = a.run > 0 ? a.run : depth;
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < depth; ++k)
      for (Index j = 0; j < columns; ++j)
        c[i * c_row + j] = fma(a.data[i * a.row + k / run * a.jump + k % run * a.column],
                               packed[k * columns + j], c[i * c_row + j]);
}

Index fused_multiply_adds(Index rounds) {
  volatile Scalar sum = 0;
  for (Index round = 0; round < rounds; ++round) sum = fma(1, 0, sum);
  return rounds;
}

void channel_sums(const Scalar* a, const Scalar* b, Index pixels, Index channels, double* sum,
                  double* product) {
  for (Index c = 0; c < channels; ++c) {
    double of_a = 0, of_ab = 0;
    for (Index i = c; i < pixels * channels; i += channels) {
      of_a += a[i];
      if (b != nullptr) of_ab = fma(double{a[i]}, double{b[i]}, of_ab);
    }
    sum[c] = of_a;
    if (b != nullptr) product[c] = of_ab;
  }
}

void scale_channels(const Scalar* x, Index pixels, Index channels, const Scalar* scale, const Scalar* shift,
                    Scalar* y) {
  for (Index i = 0; i < pixels * channels; ++i) y[i] = fma(x[i], scale[i % channels], shift[i % channels]);
}

void add_scaled_channels(const Scalar* a, const Scalar* a_scale, const Scalar* b, const Scalar* b_scale,
                         Index pixels, Index channels, const Scalar* shift, Scalar* y) {
  for (Index i = 0; i < pixels * channels; ++i) {
    const Scalar sum =
        fma(a[i], a_scale[i % channels], fma(b[i], b_scale[i % channels], shift[i % channels]));
    y[i] = y == a ? sum : y[i] + sum;
  }
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
      sum[j] += fma(deviation, deviation, grid[j]) - grid[j];
    }
  }
}

void sums_by_sign(const Rows& x, const double* grid_above, const double* grid_below, double* above,
                  double* below) {
  for (Index j = 0; j < x.columns; ++j) {
    above[j] = below[j] = 0;
    for (int e = 0; e < x.rows; ++e) {
      const double number = x.data[e * x.stride + j];
      above[j] += ((number > 0 ? number : 0.0) + grid_above[j]) - grid_above[j];
      below[j] += ((number < 0 ? number : 0.0) + grid_below[j]) - grid_below[j];
    }
  }
}

void weighted_sum(const Rows& x, const double* weight, Scalar* y) {
  for (Index j = 0; j < x.columns; ++j) {
    double sum = 0;
    for (int e = 0; e < x.rows; ++e) sum = fma(weight[e], double{x.data[e * x.stride + j]}, sum);
    y[j] = static_cast<Scalar>(sum);
  }
}

void add_gram(const Rows& x, double*, double* chains) {
  for (int a = 0; a < x.rows; ++a)
    for (int b = 0; b <= a; ++b, chains += kGramChains)
      for (Index j = 0; j < x.columns; ++j)
        chains[j % kGramChains] =
            fma(double{x.data[a * x.stride + j]}, double{x.data[b * x.stride + j]}, chains[j % kGramChains]);
}

}  // namespace

const Table& reference() {
  static constexpr Table table{"reference",
                               packed_size,
                               pack,
                               multiply,
                               fused_multiply_adds,
                               filters_size,
                               kept_size,
                               scratch_size,
                               prepare_filters,
                               convolve,
                               convolve_back,
                               channel_sums,
                               scale_channels,
                               add_scaled_channels,
                               signs_and_range,
                               sum_on_grid,
                               squares_on_grid,
                               sums_by_sign,
                               weighted_sum,
                               add_gram};
  return table;
}

}  // namespace sand::kernels
