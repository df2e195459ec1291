// Lab sheet: statistics down the columns of a few rows, for one instruction set. Included like multiply.h;
// likewise, it has no inline function that another file could share.
//
//            j ->  at most 256 columns: 1 KB of every row, and the statistics of each column, stay in L1
//   row e    g g g g g g g g        Four rows are read at once, so the statistics are loaded and stored a
//   row e+1  g g g g g g g g        quarter as often. Meanwhile the next four rows are prefetched, since a
//   row e+2  g g g g g g g g        block of a row is too short for the hardware to predict. This saves a
//   row e+3  g g g g g g g g        third of the time if the table is larger than the caches.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"

namespace sand::kernels {
namespace {

/// Calls pass(four rows), then pass(one row) for each remaining row, in ascending order.
template <class Pass>
void by_fours(const Rows& x, const Pass& pass) {
  constexpr Index kLine = 64 / sizeof(Scalar);
  constexpr int kAhead = 8;
  int e = 0;
  for (; e + 4 <= x.rows; e += 4) {
    for (int next = e + kAhead; next < e + kAhead + 4; ++next) {
      const Scalar* later =
          next < x.rows ? x.data + next * x.stride : x.data + (next - x.rows) * x.stride + x.columns;
      for (Index j = 0; j < x.columns; j += kLine) __builtin_prefetch(later + j);
    }
    const Scalar* row = x.data + e * x.stride;
    pass(row, row + x.stride, row + 2 * x.stride, row + 3 * x.stride);
  }
  for (; e < x.rows; ++e) pass(x.data + e * x.stride);
}

void signs_and_range(const Rows& x, int* __restrict balance, Scalar* __restrict low,
                     Scalar* __restrict high) {
  for (Index j = 0; j < x.columns; ++j) {
    balance[j] = 0;
    low[j] = high[j] = x.data[j];
  }
  by_fours(x, [=, n = x.columns](auto*... rows) {
    for (Index j = 0; j < n; ++j) {
      int difference = balance[j];
      Scalar least = low[j], most = high[j];
      const auto meet = [&](Scalar g) {
        difference += (g > 0) - (g < 0);
        least = g < least ? g : least;
        most = g > most ? g : most;
      };
      (meet(rows[j]), ...);
      balance[j] = difference;
      low[j] = least;
      high[j] = most;
    }
  });
}

void sum_on_grid(const Rows& x, const double* __restrict grid, double* __restrict sum) {
  for (Index j = 0; j < x.columns; ++j) sum[j] = 0;
  by_fours(x, [=, n = x.columns](auto*... rows) {
    for (Index j = 0; j < n; ++j) {
      double total = sum[j];
      ((total += (rows[j] + grid[j]) - grid[j]), ...);
      sum[j] = total;
    }
  });
}

void squares_on_grid(const Rows& x, const double* __restrict centre, const double* __restrict grid,
                     double* __restrict sum) {
  for (Index j = 0; j < x.columns; ++j) sum[j] = 0;
  by_fours(x, [=, n = x.columns](auto*... rows) {
    for (Index j = 0; j < n; ++j) {
      double total = sum[j];
      const auto meet = [&](double deviation) { total += fma(deviation, deviation, grid[j]) - grid[j]; };
      (meet(rows[j] - centre[j]), ...);
      sum[j] = total;
    }
  });
}

void sums_by_sign(const Rows& x, const double* __restrict grid_above, const double* __restrict grid_below,
                  double* __restrict above, double* __restrict below) {
  for (Index j = 0; j < x.columns; ++j) above[j] = below[j] = 0;
  by_fours(x, [=, n = x.columns](auto*... rows) {
    for (Index j = 0; j < n; ++j) {
      double positive = above[j], negative = below[j];
      const auto meet = [&](double number) {
        positive += ((number > 0 ? number : 0.0) + grid_above[j]) - grid_above[j];
        negative += ((number < 0 ? number : 0.0) + grid_below[j]) - grid_below[j];
      };
      (meet(rows[j]), ...);
      above[j] = positive;
      below[j] = negative;
    }
  });
}

void weighted_sum(const Rows& x, const double* weight, Scalar* __restrict y) {
  double sum[256];
  for (Index j = 0; j < x.columns; ++j) sum[j] = 0;
  by_fours(x, [&, n = x.columns](auto*... rows) {
    const double* const w = weight;
    weight += sizeof...(rows);
    for (Index j = 0; j < n; ++j) {
      double total = sum[j];
      int e = 0;
      ((total = fma(w[e++], double{rows[j]}, total)), ...);
      sum[j] = total;
    }
  });
  for (Index j = 0; j < x.columns; ++j) y[j] = static_cast<Scalar>(sum[j]);
}

}  // namespace
}  // namespace sand::kernels
