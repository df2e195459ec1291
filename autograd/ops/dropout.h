// y = x with a random fraction of its numbers set to zero and the others scaled up. The example is the key:
// the same example in the same step loses the same numbers, in any row and on any thread.
#pragma once

#include <cstdint>
#include <span>

#include "autograd/tape.h"
#include "tensor/random.h"

namespace sand {

/// The key of all random numbers in a training pass: the example in each row of x. Without examples the pass
/// is a prediction, and nothing is random.
struct Draw {
  std::uint64_t seed = 0;                     ///< of the run
  std::uint32_t step = 0;                     ///< number of the batch
  std::span<const std::uint32_t> examples{};  ///< [n]
};

namespace ops {

struct Dropout {
  // "dr": differs from all other streams under the same seed
  static constexpr std::uint32_t kStream = 0x64720000;
  static constexpr OpDoc doc{"dropout", "y = x keep / (1 - rate)", "dx += dy keep / (1 - rate)"};
  double rate;
  std::uint32_t layer;  // distinguishes dropout layers
  Draw draw;
  TensorSpan saved{};  // keep / (1 - rate)

  Shape shape(const Shape& x) const {
    check(rate >= 0 && rate < 1, [&] {
      return Error(Fault::usage, "dropout: the rate must be at least 0 and below 1")
          .fact("rate", std::to_string(rate));
    });
    check(x.rows() == static_cast<Index>(draw.examples.size()), [&] {
      return Error(Fault::usage, "dropout: there must be one example number per row of x")
          .fact("x", x.text())
          .fact("examples", std::to_string(draw.examples.size()));
    });
    return x;
  }
  static Shape saved_shape(const Shape& x) { return x; }

  void forward(TensorView x, TensorSpan y) const {
    const double threshold = rate * 0x1p32;
    const Scalar kept = static_cast<Scalar>(1 / (1 - rate));
    const Index columns = x.shape().columns();
    for (std::size_t row = 0; row < draw.examples.size(); ++row) {
      Random random(draw.seed, kStream + layer, draw.step, draw.examples[row]);
      const TensorSpan keep = saved.rows(static_cast<Index>(row), 1);
      for (Index i = 0; i < columns; ++i) keep[i] = random.bits() >= threshold ? kept : Scalar{0};
    }
    y.array() = x.array() * saved.array();
  }
  void backward(TensorView, TensorView, TensorView dy, TensorSpan dx) const {
    dx.array() += dy.array() * saved.array();
  }
};

}  // namespace ops

/// x [n, ...]. A prediction (no examples) or a rate of 0 returns x unchanged. Throws Error(usage) for a rate
/// outside [0, 1).
inline Var dropout(Var x, double rate, std::uint32_t layer, const Draw& draw, Here here = Here::at()) {
  return rate == 0 || draw.examples.empty() ? x : x.tape().apply(ops::Dropout{rate, layer, draw}, here, x);
}

}  // namespace sand
