// The kernels for x86-64-v4, compiled with -march=x86-64-v4.
#define VECTOR_BYTES 64
#define TILE_ROWS 14
#include "tensor/kernels/channels.h"
#include "tensor/kernels/columns.h"
#include "tensor/kernels/convolve.h"
#include "tensor/kernels/gram.h"
#include "tensor/kernels/multiply.h"

namespace sand::kernels {

const Table& x86_64_v4() {
  static constexpr Table table{"x86-64-v4",
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
