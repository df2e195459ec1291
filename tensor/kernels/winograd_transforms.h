// The matrices of Winograd's minimal filtering (arXiv 1509.09308), derived at compile time from a few points
// in exact fractions (Cook and Toom), and the loop that applies them. No table of numbers is hard-coded.
//
// m outputs of a filter of r taps are a product of polynomials, evaluated at n = m + r - 1 points (the last
// is infinity):
//     y = A^T [ (G g) . (B^T d) ]        d: n inputs, g: r taps, y: m outputs
//     A^T[i][p] = a_p^i        G[p][j] = a_p^j / f_p        B^T[p] = coefficients of prod_{q != p} (x - a_q)
// where f_p = prod_{q != p} (a_p - a_q); at infinity A^T and G pick the last number, and B^T is
// prod_q (x - a_q). A pair (B^T row, G row) may be scaled by (s, 1/s): powers of two cost no accuracy and
// keep the entries of B^T below 4.
#pragma once

#include "tensor/kernels/fma.h"
#include "tensor/kernels/kernels.h"
#include "tensor/scalar.h"

namespace sand::kernels {
namespace {

constexpr int kMostPoints = 15;

struct Fraction {
  long long over = 0, under = 1;
  constexpr double value() const { return static_cast<double>(over) / static_cast<double>(under); }
};
constexpr Fraction reduced(long long over, long long under) {
  long long a = over < 0 ? -over : over, b = under < 0 ? -under : under;
  while (b != 0) {
    const long long rest = a % b;
    a = b;
    b = rest;
  }
  const long long sign = under < 0 ? -1 : 1;
  return a == 0 ? Fraction{} : Fraction{sign * over / a, sign * under / a};
}
constexpr Fraction operator*(Fraction a, Fraction b) { return reduced(a.over * b.over, a.under * b.under); }
constexpr Fraction operator/(Fraction a, Fraction b) { return reduced(a.over * b.under, a.under * b.over); }
constexpr Fraction operator-(Fraction a, Fraction b) {
  return reduced(a.over * b.under - b.over * a.under, a.under * b.under);
}

constexpr Fraction kPoints[] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}};

struct Matrix {
  int rows = 0, columns = 0;
  double at[kMostPoints][kMostPoints] = {};
  constexpr Matrix transposed() const {
    Matrix t{columns, rows};
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) t.at[j][i] = at[i][j];
    return t;
  }
};

/// The three matrices of one algorithm: B^T [points, inputs], G [points, taps], A [points, outputs].
struct Algorithm {
  Matrix input, filter, output;
};

constexpr Algorithm toom_cook(int outputs, int taps) {
  const int n = outputs + taps - 1;
  Algorithm result{{n, n}, {n, taps}, {n, outputs}};
  for (int p = 0; p < n; ++p) {
    const bool infinity = p == n - 1;
    Fraction polynomial[kMostPoints] = {{1, 1}}, f = {1, 1};  // lowest power first
    for (int q = 0, degree = 0; q < n - 1; ++q) {
      if (q == p) continue;
      for (int k = ++degree; k >= 0; --k)
        polynomial[k] =
            (k > 0 ? polynomial[k - 1] : Fraction{}) - kPoints[q] * (k < degree ? polynomial[k] : Fraction{});
      if (!infinity) f = f * (kPoints[p] - kPoints[q]);
    }
    double largest = 0, scale = 1;
    for (const Fraction& c : polynomial)
      largest = c.value() > largest ? c.value() : -c.value() > largest ? -c.value() : largest;
    while (largest * scale >= 4) scale /= 2;
    for (int k = 0; k < n; ++k) result.input.at[p][k] = polynomial[k].value() * scale;
    Fraction power = {1, 1};
    for (int k = 0; k < taps || k < outputs; ++k, power = infinity ? power : power * kPoints[p]) {
      if (k < taps) result.filter.at[p][k] = infinity ? (k == taps - 1) / scale : (power / f).value() / scale;
      if (k < outputs) result.output.at[p][k] = infinity ? k == outputs - 1 : power.value();
    }
  }
  return result;
}

/// Three taps with stride 2: the outer taps read only inputs 0, 2, 4, ... and form a filter of two taps
/// there; the middle tap reads only 1, 3, 5, ... and takes one product per output. Together 2 m + 1 products
/// instead of 3 m.
constexpr Algorithm every_second(int outputs) {
  const Algorithm outer = toom_cook(outputs, 2);
  const int n = 2 * outputs + 1;
  Algorithm result{{n, n}, {n, 3}, {n, outputs}};
  for (int p = 0; p < outputs + 1; ++p) {
    for (int j = 0; j < outputs + 1; ++j) result.input.at[p][2 * j] = outer.input.at[p][j];
    for (int t = 0; t < 2; ++t) result.filter.at[p][2 * t] = outer.filter.at[p][t];
    for (int i = 0; i < outputs; ++i) result.output.at[p][i] = outer.output.at[p][i];
  }
  for (int i = 0; i < outputs; ++i)
    result.input.at[outputs + 1 + i][2 * i + 1] = result.filter.at[outputs + 1 + i][1] =
        result.output.at[outputs + 1 + i][i] = 1;
  return result;
}

/// A matrix as butterflies, a sparser core, butterflies. The points a and -a give two rows (or columns) with
/// equal entries in some places and opposite entries in the others. So both use the same two sums: of the
/// equal terms and of the opposite terms.
struct Factored {
  Matrix core;
  bool before[kMostPoints] = {};  // inputs j and j + 1 are first replaced by their sum and difference
  bool after[kMostPoints] = {};   // outputs i and i + 1 are last replaced by their sum and difference
};

constexpr bool same_or_opposite(double a, double b) { return a == b || a == -b; }

constexpr Factored factored(const Matrix& m) {
  Factored f{m};
  for (int i = 0; i + 1 < m.rows; ++i) {
    int equal = 0, opposite = 0;
    bool pair = true;
    for (int j = 0; j < m.columns; ++j) {
      pair = pair && same_or_opposite(m.at[i][j], m.at[i + 1][j]);
      if (m.at[i][j] != 0) ++(m.at[i][j] == m.at[i + 1][j] ? equal : opposite);
    }
    if (!pair || equal == 0 || opposite == 0) continue;
    for (int j = 0; j < m.columns; ++j) {
      const bool same = m.at[i][j] == m.at[i + 1][j];
      f.core.at[i][j] = same ? m.at[i][j] : 0;
      f.core.at[i + 1][j] = same ? 0 : m.at[i][j];
    }
    f.after[i++] = true;
  }
  for (int j = 0; j + 1 < m.columns; ++j) {
    int equal = 0, opposite = 0;
    bool pair = true;
    for (int i = 0; i < m.rows; ++i) {
      pair =
          pair && same_or_opposite(m.at[i][j], m.at[i][j + 1]) && !f.after[i] && (i == 0 || !f.after[i - 1]);
      if (m.at[i][j] != 0) ++(m.at[i][j] == m.at[i][j + 1] ? equal : opposite);
    }
    if (!pair || equal == 0 || opposite == 0) continue;
    for (int i = 0; i < m.rows; ++i) {
      const bool same = m.at[i][j] == m.at[i][j + 1];
      f.core.at[i][j] = same ? m.at[i][j] : 0;
      f.core.at[i][j + 1] = same ? 0 : m.at[i][j];
    }
    f.before[j++] = true;
  }
  return f;
}

/// sum + core[I][j] in[j] for j = J, J + 1, ...: one fused multiply-add per term, in ascending order, without
/// zeros. A factor of 1 or -1 needs no product: an addition gives the same bits in fewer cycles.
template <const Factored& F, int I, int J, class Number>
[[gnu::always_inline]] inline Number row_sum(const Number* in, Number sum) {
  if constexpr (J == F.core.columns) {
    return sum;
  } else {
    constexpr double factor = F.core.at[I][J];
    if constexpr (factor == 1)
      sum += in[J];
    else if constexpr (factor == -1)
      sum -= in[J];
    else if constexpr (factor != 0)
      sum = fma(static_cast<Scalar>(factor), in[J], sum);
    return row_sum<F, I, J + 1>(in, sum);
  }
}

template <const Factored& F, int I, class Number>
[[gnu::always_inline]] inline void rows_from(const Number* in, Number* out) {
  if constexpr (I < F.core.rows) {
    out[I] = row_sum<F, I, 0>(in, Number{});
    rows_from<F, I + 1>(in, out);
  }
}

template <class Number>
[[gnu::always_inline]] inline void butterflies(const bool* pairs, int count, Number* x) {
#pragma GCC unroll 16
  for (int i = 0; i + 1 < count; ++i)
    if (pairs[i]) {
      const Number a = x[i], b = x[i + 1];
      x[i] = a + b;
      x[i + 1] = a - b;
    }
}

/// out = F in, for one column. Overwrites `in`.
template <const Factored& F, class Number>
[[gnu::always_inline]] inline void apply(Number* in, Number* out) {
  butterflies(F.before, F.core.columns, in);
  rows_from<F, 0>(in, out);
  butterflies(F.after, F.core.rows, out);
}

/// F d F^T of a square block: reads d(i, j) by load(i, j), and writes element (i, j) of the result by
/// store(i, j, number).
template <const Factored& F, class Number, class Load, class Store>
[[gnu::always_inline]] inline void transform(const Load& load, const Store& store) {
  constexpr int kRows = F.core.rows, kColumns = F.core.columns;
  Number half[kRows][kColumns];
  for (int j = 0; j < kColumns; ++j) {
    Number in[kColumns], out[kRows];
#pragma GCC unroll 16
    for (int i = 0; i < kColumns; ++i) in[i] = load(i, j);
    apply<F>(in, out);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) half[i][j] = out[i];
  }
  for (int i = 0; i < kRows; ++i) {
    Number out[kRows];
    apply<F>(half[i], out);
#pragma GCC unroll 16
    for (int j = 0; j < kRows; ++j) store(i, j, out[j]);
  }
}

/// Compile-time constants for tiles of Tile x Tile outputs.
template <int Tile, int Stride>
struct Tiling {
  static constexpr Algorithm kAlgorithm = Stride == 1 ? toom_cook(Tile, 3) : every_second(Tile);
  // outputs, and the inputs from one tile to the next
  static constexpr int kTile = Tile, kStep = Tile * Stride;
  static constexpr int kPoints = kAlgorithm.input.rows;  // along one axis; a tile has kPoints^2 products
  static constexpr Factored kInput = factored(kAlgorithm.input);                 // B^T
  static constexpr Factored kFilter = factored(kAlgorithm.filter);               // G
  static constexpr Factored kOutput = factored(kAlgorithm.output.transposed());  // A^T
  static constexpr Factored kInputBack = factored(kAlgorithm.input.transposed());
  static constexpr Factored kFilterBack = factored(kAlgorithm.filter.transposed());
  static constexpr Factored kOutputBack = factored(kAlgorithm.output);
};

/// Calls action(Tiling<...>{}) for the tiling of a convolution.
template <class Action>
auto with_tiling(const Convolution& s, const Action& action) {
  if (s.stride == 2)
    return s.tile == 4   ? action(Tiling<4, 2>{})
           : s.tile == 5 ? action(Tiling<5, 2>{})
                         : action(Tiling<7, 2>{});
  return s.tile == 2 ? action(Tiling<2, 1>{}) : s.tile == 4 ? action(Tiling<4, 1>{}) : action(Tiling<5, 1>{});
}

}  // namespace
}  // namespace sand::kernels
