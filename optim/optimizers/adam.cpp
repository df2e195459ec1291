#include "optim/optimizers/adam.h"

#include <atomic>
#include <cmath>

#include "optim/optimizers/flat_step.h"
#include "optim/optimizers/step_terms.h"
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

std::vector<StateBlock> two_moments(Index weights) {
  std::vector<StateBlock> blocks;
  blocks.push_back({"m", "first moment", Tensor({weights})});
  blocks.push_back({"v", "second moment", Tensor({weights})});
  return blocks;
}

// Other combiners and objectives have numbers of these names, too.
constexpr const char *kAdamBeta1 = "adam_beta1", *kAdamBeta2 = "adam_beta2", *kAdamEpsilon = "adam_epsilon";

HparamRule newer(const char* name, double standard, const char* range, const char* meaning) {
  HparamRule rule{name, standard, HparamRule::Draw::fixed, 0, 0, range, meaning};
  rule.newer = true;
  return rule;
}

std::unique_ptr<Optimizer> make_adam(const Parameters& parameters, const Hparams& hparams,
                                     const OptimizerOptions& options, WeightDecay decay) {
  const AdamOptions standard;
  return std::make_unique<Adam>(parameters,
                                AdamOptions{.learning_rate = options.learning_rate,
                                            .beta1 = number_or(hparams, kAdamBeta1, standard.beta1),
                                            .beta2 = number_or(hparams, kAdamBeta2, standard.beta2),
                                            .epsilon = number_or(hparams, kAdamEpsilon, standard.epsilon),
                                            .weight_decay = options.weight_decay,
                                            .decay = decay,
                                            .mask_update = options.mask_update});
}

}  // namespace

OptimizerCard Adam::card() {
  const AdamOptions standard;
  return {.name = "adam",
          .about = "steps of one learning rate where gradients agree over time",
          .formula =
              "g = d + wd w, m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g g, "
              "w -= lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)",
          .source = "Kingma and Ba 2015, arXiv 1412.6980",
          .hparams = {newer(kAdamBeta1, standard.beta1, "[0, 1)", "decay rate of the first moment"),
                      newer(kAdamBeta2, standard.beta2, "[0, 1)", "decay rate of the second moment"),
                      newer(kAdamEpsilon, standard.epsilon, "at least 0",
                            "eps, added to the root of the second moment")},
          .make = [](const Parameters& parameters, const Hparams& hparams, const OptimizerOptions& options) {
            return make_adam(parameters, hparams, options, options.decay);
          }};
}

OptimizerCard Adam::decoupled_card() {
  OptimizerCard decoupled = card();
  decoupled.name = "adamw";
  decoupled.about = "adam with decoupled weight decay, the same as adam with --decoupled-decay";
  decoupled.formula = "as adam with g = d, after w *= 1 - lr wd";
  decoupled.source = "Loshchilov and Hutter 2019, arXiv 1711.05101";
  decoupled.make = [](const Parameters& parameters, const Hparams& hparams, const OptimizerOptions& options) {
    return make_adam(parameters, hparams, options, WeightDecay::decoupled);
  };
  return decoupled;
}

void Adam::set_rates(double learning_rate, double weight_decay) {
  options.learning_rate = learning_rate;
  options.weight_decay = weight_decay;
}

Adam::Adam(const Parameters& parameters, const AdamOptions& given)
    : Optimizer(two_moments(parameters.size())), options(given) {
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
  Tensor &first_moments = state_[0].numbers, &second_moments = state_[1].numbers;
  std::atomic<bool> finite = true;

  for_each_piece(name(), first_moments.size(), parameters, direction, threads, [&](Index first, Index count) {
    Eigen::Map<FlatArray> p(parameters.numbers().data() + first, count);
    auto m = first_moments.array().segment(first, count);
    auto v = second_moments.array().segment(first, count);
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

Terms Adam::explain(Index column, Scalar weight, Scalar direction, std::optional<Scalar> mask) const {
  const AdamConstants c(options, steps_ + 1);
  const bool coupled = options.decay == WeightDecay::coupled;
  const Scalar m0 = first_moment()[column], v0 = second_moment()[column];
  const Scalar gradient = direction + c.decay * weight;
  const Scalar m = c.beta1 * m0 + c.one_minus_beta1 * gradient;
  const Scalar v = c.beta2 * v0 + c.one_minus_beta2 * gradient * gradient;
  const Scalar root = static_cast<Scalar>(std::sqrt(static_cast<double>(v)));
  const Scalar denominator = root / c.root_scale + c.epsilon;
  const Scalar shrunk = weight * c.shrink, step = c.step_size * m / denominator;
  const bool held = options.mask_update && mask == Scalar{0};
  const Scalar after = held ? weight : shrunk - step;

  Terms terms;
  terms.whole("t", "t", steps_ + 1, "updates, this one included");
  terms.setting("learning_rate", "lr", options.learning_rate, "the learning rate of this step");
  terms.setting("beta1", options.beta1);
  terms.setting("beta2", options.beta2);
  terms.setting("epsilon", "eps", options.epsilon);
  add_decay(terms, options.weight_decay, options.decay, options.mask_update);
  terms.add_scalar("weight", "w", weight, "the weight before");
  terms.add_scalar("m_before", "m0", m0, "the first moment before");
  terms.add_scalar("v_before", "v0", v0, "the second moment before");
  terms.add_scalar("gradient", "g", gradient, coupled ? "d + wd w" : "d");
  terms.add_scalar("m", "m1", m, "beta1 m0 + (1 - beta1) g");
  terms.add_scalar("v", "v1", v, "beta2 v0 + (1 - beta2) g g");
  terms.add("correction1", "b1", c.correction1, "1 - beta1^t, the bias correction of m1");
  terms.add("correction2", "b2", c.correction2, "1 - beta2^t, the bias correction of v1");
  terms.add_scalar("step_size", "a1", c.step_size, "lr / b1");
  terms.add_scalar("root_scale", "r2", c.root_scale, "sqrt(b2)");
  terms.add_scalar("denominator", "q", denominator, "sqrt(v1) / r2 + eps");
  add_move(terms, {.weight = weight,
                   .shrunk = shrunk,
                   .step = step,
                   .after = after,
                   .coupled = coupled,
                   .held = held,
                   .formula = "a1 m1 / q"});
  return terms;
}

void Adam::resume(std::span<const Scalar> first_moment, std::span<const Scalar> second_moment,
                  std::int64_t steps) {
  resume({{first_moment.begin(), first_moment.end()}, {second_moment.begin(), second_moment.end()}}, steps);
}

bool Adam::reachable(const std::vector<Tensor>& blocks) const { return (blocks[1].array() >= 0).all(); }

}  // namespace sand::optim
