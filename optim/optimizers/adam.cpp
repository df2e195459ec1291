#include "optim/optimizers/adam.h"

#include <atomic>
#include <cmath>

#include "optim/optimizers/flat_step.h"
#include "optim/option.h"
#include "tensor/finite.h"

namespace sand::optim {
namespace {

/// base^exponent by repeated squaring, so that the result depends only on the arguments.
double power(double base, std::int64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

}  // namespace

Adam::Adam(const Parameters& parameters, const AdamOptions& given)
    : options(given), first_({parameters.size()}), second_({parameters.size()}) {
  for (const Option option :
       {Option{"Adam", "learning_rate", given.learning_rate}, Option{"Adam", "epsilon", given.epsilon},
        Option{"Adam", "weight_decay", given.weight_decay}})
    option.must(std::isfinite(option.value) && option.value >= 0, "a finite number of at least 0");
  for (const Option option : {Option{"Adam", "beta1", given.beta1}, Option{"Adam", "beta2", given.beta2}})
    option.must(option.value >= 0 && option.value < 1, "in [0, 1)");
}

AdamConstants::AdamConstants(const AdamOptions& options, std::int64_t t)
    : correction1(1 - power(options.beta1, t)),
      correction2(1 - power(options.beta2, t)),
      beta1(static_cast<Scalar>(options.beta1)),
      one_minus_beta1(static_cast<Scalar>(1 - options.beta1)),
      beta2(static_cast<Scalar>(options.beta2)),
      one_minus_beta2(static_cast<Scalar>(1 - options.beta2)),
      step_size(static_cast<Scalar>(options.learning_rate / correction1)),
      root_scale(static_cast<Scalar>(std::sqrt(correction2))),
      epsilon(static_cast<Scalar>(options.epsilon)),
      decay(static_cast<Scalar>(options.decay == WeightDecay::coupled ? options.weight_decay : 0)),
      shrink(static_cast<Scalar>(
          options.decay == WeightDecay::coupled ? 1 : 1 - options.learning_rate * options.weight_decay)) {}

bool Adam::step(Parameters& parameters, const Direction& direction, const Threads& threads) {
  const AdamConstants c(options, steps_ + 1);
  std::atomic<bool> finite = true;

  for_each_piece("Adam", first_.size(), parameters, direction, threads, [&](Index first, Index count) {
    Eigen::Map<FlatArray> p(parameters.numbers().data() + first, count);
    auto m = first_.array().segment(first, count);
    auto v = second_.array().segment(first, count);
    Eigen::Array<Scalar, Eigen::Dynamic, 1, 0, kPiece, 1> moved =
        direction.values.array().segment(first, count) + c.decay * p;  // g
    m = c.beta1 * m + c.one_minus_beta1 * moved;
    v = c.beta2 * v + c.one_minus_beta2 * moved * moved;
    // Not Eigen's sqrt(), which is an estimate on wide vectors. std::sqrt follows IEEE 754 and also
    // vectorizes.
    moved = v.unaryExpr([](Scalar x) { return std::sqrt(x); });
    moved = p * c.shrink - c.step_size * m / (moved / c.root_scale + c.epsilon);
    if (options.mask_update && direction.has_mask())
      p = (direction.mask.array().segment(first, count) == Scalar{0}).select(p, moved);
    else
      p = moved;
    // Checks while the numbers are in the cache. m needs no check: if v is finite, so is g, and m is between
    // finite numbers.
    if (!all_finite({p.data(), static_cast<std::size_t>(count)}) ||
        !all_finite({v.data(), static_cast<std::size_t>(count)}))
      finite = false;
  });
  ++steps_;
  return finite;
}

void Adam::restart() {
  first_.array().setZero();
  second_.array().setZero();
  steps_ = 0;
}

void Adam::resume(std::span<const Scalar> first_moment, std::span<const Scalar> second_moment,
                  std::int64_t steps) {
  Tensor first(first_.shape(), first_moment), second(second_.shape(), second_moment);
  check(steps >= 0 && all_finite(first.view().numbers()) && all_finite(second.view().numbers()) &&
            (second.array() >= 0).all(),
        [&] {
          return Error(Fault::data, "Adam: moments must be finite, second moments and steps at least 0")
              .fact("steps", std::to_string(steps));
        });
  first_ = std::move(first);
  second_ = std::move(second);
  steps_ = steps;
}

}  // namespace sand::optim
