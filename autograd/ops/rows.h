// y = some rows of x, evenly spaced.
#pragma once

#include <optional>
#include <string>

#include "autograd/tape.h"

namespace sand {

/// Rows first, first + step, first + 2 step, ...
struct RowRange {
  Index first = 0;               ///< first row
  Index step = 1;                ///< distance to the next one
  std::optional<Index> count{};  ///< without: as many as x has
};

namespace ops {

struct Rows {
  static constexpr OpDoc doc{"rows", "y_i = x_(first + i step)", "dx_(first + i step) += dy_i"};
  static constexpr bool backward_ignores_output = true;
  RowRange range;

  Shape shape(const Shape& x) const {
    const auto fails = [&](const char* rule) {
      return Error(Fault::usage, std::string("rows: ") + rule)
          .fact("x", x.text())
          .fact("first", std::to_string(range.first))
          .fact("step", std::to_string(range.step))
          .fact("count", range.count ? std::to_string(*range.count) : "all that remain");
    };
    check(x.rank() > 0, [&] { return fails("a single number has no rows"); });
    check(range.first >= 0 && range.step >= 1,
          [&] { return fails("first must not be negative, and step must be at least 1"); });
    check(range.first < x[0] && range.count.value_or(1) >= 1,
          [&] { return fails("at least one row must remain"); });
    const Index most = (x[0] - 1 - range.first) / range.step + 1;
    check(range.count.value_or(most) <= most, [&] { return fails("x has fewer rows"); });
    return x.with_rows(range.count.value_or(most));
  }
  void forward(TensorView x, TensorSpan y) const {
    for (Index i = 0; i < y.shape()[0]; ++i) y.rows(i, 1).array() = x.rows(source(i), 1).array();
  }
  void backward(TensorView, TensorView y, TensorView dy, TensorSpan dx) const {
    for (Index i = 0; i < y.shape()[0]; ++i) dx.rows(source(i), 1).array() += dy.rows(i, 1).array();
  }

 private:
  Index source(Index i) const { return range.first + i * range.step; }
};

}  // namespace ops

/// x [n, ...] -> y [count, ...]: x[first::step] in Python, or x[first : first + count * step : step]. Throws
/// Error(usage) if no row remains, or if x has fewer than `count` such rows (Python would return fewer).
inline Var rows(Var x, const RowRange& range, Here here = Here::at()) {
  return x.tape().apply(ops::Rows{range}, here, x);
}

}  // namespace sand
