// y = the rows of a, then those of b.
#pragma once

#include <span>

#include "autograd/tape.h"

namespace sand {
namespace ops {

struct Concatenate {
  static constexpr OpDoc doc{"concatenate", "y = rows of a, then rows of b",
                             "da += first rows of dy, db += last rows of dy"};
  static constexpr bool backward_ignores_output = true;

  static Shape shape(const Shape& a, const Shape& b) {
    const Shape row_of_a = a.with_rows(1), row_of_b = b.with_rows(1);  // of a single number: [1]
    const bool number_fits = (a.rank() == 0 || b.rank() == 0) && row_of_a.size() == row_of_b.size();
    check(row_of_a == row_of_b || number_fits, [&] {
      return Error(Fault::usage, "concatenate: rows of a and b must have the same shape")
          .fact("a", a.text())
          .fact("b", b.text());
    });
    return (a.rank() == 0 ? b : a).with_rows(a.rows() + b.rows());
  }
  static void forward(TensorView a, TensorView b, TensorSpan y) {
    y.array().head(a.size()) = a.array();
    y.array().tail(b.size()) = b.array();
  }
  static void backward(TensorView a, TensorView b, TensorView, TensorView dy, TensorSpan da, TensorSpan db) {
    if (da) da.array() += dy.array().head(a.size());
    if (db) db.array() += dy.array().tail(b.size());
  }
};

}  // namespace ops

/// a [n, ...], b [m, ...] -> y [n + m, ...]. A single number (rank 0) is a row of one number: two of them
/// make [2], and one fits below [n] as well as [n, 1]. Throws Error(usage) if the other axes differ.
inline Var concatenate(Var a, Var b, Here here = Here::at()) {
  return a.tape().apply(ops::Concatenate{}, here, a, b);
}

/// The rows of all parts in their order, by halves, so that each row is copied log2(parts) times; the losses
/// of E domains, single numbers, make [E]. One part is returned unchanged. Throws Error(usage) for no parts.
inline Var concatenate(std::span<const Var> parts, Here here = Here::at()) {
  check(!parts.empty(), [&] { return Error(Fault::usage, "concatenate: there must be a part").at(here); });
  if (parts.size() == 1) return parts[0];
  const std::size_t half = parts.size() / 2;
  const Var first = concatenate(parts.first(half), here);
  const Var last = concatenate(parts.subspan(half), here);
  return concatenate(first, last, here);
}

}  // namespace sand
