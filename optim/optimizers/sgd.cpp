#include "optim/optimizers/sgd.h"

#include <atomic>
#include <cmath>

#include "optim/optimizers/flat_step.h"
#include "optim/optimizers/step_terms.h"
#include "optim/option.h"
#include "tensor/finite.h"

namespace sand::optim {
namespace {

std::vector<StateBlock> buffer_of(const SgdOptions& options, Index weights) {
  std::vector<StateBlock> blocks;
  if (options.momentum != 0) blocks.push_back({"b", "momentum", Tensor({weights})});
  return blocks;
}

/// The numbers of a step, the same for all weights, rounded once to the type of the tensors.
struct SgdConstants {
  Scalar rate, momentum;
  Scalar decay, shrink;  // decay 0 if decoupled; shrink 1 if coupled, else 1 - learning_rate * weight_decay

  explicit SgdConstants(const SgdOptions& o)
      : rate(static_cast<Scalar>(o.learning_rate)),
        momentum(static_cast<Scalar>(o.momentum)),
        decay(static_cast<Scalar>(o.decay == WeightDecay::coupled ? o.weight_decay : 0)),
        shrink(static_cast<Scalar>(o.decay == WeightDecay::coupled ? 1
                                                                   : 1 - o.learning_rate * o.weight_decay)) {}
};

std::unique_ptr<Optimizer> make_sgd(const Parameters& parameters, const OptimizerOptions& options,
                                    double momentum, bool nesterov) {
  return std::make_unique<Sgd>(parameters, SgdOptions{.learning_rate = options.learning_rate,
                                                      .momentum = momentum,
                                                      .weight_decay = options.weight_decay,
                                                      .decay = options.decay,
                                                      .mask_update = options.mask_update,
                                                      .nesterov = nesterov});
}

constexpr double kLearningRate = 0.01, kMomentum = 0.9;

/// Throws Error(usage) unless it is in (0, 1).
double momentum_in(const Hparams& hparams, const char* optimizer) {
  const double momentum = number_or(hparams, "momentum", kMomentum);
  Option{optimizer, "momentum", momentum}.must(momentum > 0 && momentum < 1, "above 0 and below 1",
                                               "--optimizer sgd has no momentum");
  return momentum;
}

const std::vector<HparamRule>& momentum_rules() {
  static const std::vector<HparamRule> rules = {
      {"momentum", kMomentum, HparamRule::Draw::fixed, 0, 0, "(0, 1)", "share of b that a step keeps"}};
  return rules;
}

}  // namespace

OptimizerCard Sgd::card() {
  return {.name = "sgd",
          .about = "plain stochastic gradient descent",
          .formula = "g = d + wd w, w -= lr g",
          .source = "Robbins and Monro 1951",
          .learning_rate = kLearningRate,
          .make = [](const Parameters& parameters, const Hparams&, const OptimizerOptions& options) {
            return make_sgd(parameters, options, 0, false);
          }};
}

OptimizerCard Sgd::momentum_card() {
  return {.name = "momentum",
          .about = "stochastic gradient descent with momentum, in PyTorch's form",
          .formula = "g = d + wd w, b = momentum b + g, w -= lr b",
          .source = "Polyak 1964; torch.optim.SGD",
          .learning_rate = kLearningRate,
          .hparams = momentum_rules(),
          .make = [](const Parameters& parameters, const Hparams& hparams, const OptimizerOptions& options) {
            return make_sgd(parameters, options, momentum_in(hparams, "momentum"), false);
          }};
}

OptimizerCard Sgd::nesterov_card() {
  return {.name = "nesterov",
          .about = "stochastic gradient descent with Nesterov's momentum, in PyTorch's form",
          .formula = "g = d + wd w, b = momentum b + g, w -= lr (g + momentum b)",
          .source = "Nesterov 1983; Sutskever et al. 2013; torch.optim.SGD",
          .learning_rate = kLearningRate,
          .hparams = momentum_rules(),
          .make = [](const Parameters& parameters, const Hparams& hparams, const OptimizerOptions& options) {
            return make_sgd(parameters, options, momentum_in(hparams, "nesterov"), true);
          }};
}

Sgd::Sgd(const Parameters& parameters, const SgdOptions& given)
    : Optimizer(buffer_of(given, parameters.size())), options(given) {
  for (const Option option :
       {Option{"SGD", "learning_rate", given.learning_rate}, Option{"SGD", "momentum", given.momentum},
        Option{"SGD", "weight_decay", given.weight_decay}})
    option.must(std::isfinite(option.value) && option.value >= 0, "a finite number of at least 0");
  Option{"SGD", "momentum", given.momentum}.must(!given.nesterov || given.momentum > 0,
                                                 "above 0 for Nesterov's form");
}

const char* Sgd::name() const {
  return options.nesterov ? "SGD with Nesterov's momentum" : state_.empty() ? "SGD" : "SGD with momentum";
}
const char* Sgd::key() const { return options.nesterov ? "nesterov" : state_.empty() ? "sgd" : "momentum"; }
const char* Sgd::formula() const {
  return options.nesterov ? "weight -= lr * (g + momentum * b)"
         : state_.empty() ? "weight -= lr * g"
                          : "weight -= lr * b";
}

void Sgd::set_rates(double learning_rate, double weight_decay) {
  options.learning_rate = learning_rate;
  options.weight_decay = weight_decay;
}

bool Sgd::step(Parameters& parameters, const Direction& direction, const Threads& threads) {
  const SgdConstants c(options);
  Tensor* const buffer = state_.empty() ? nullptr : &state_[0].numbers;
  const Index expected = buffer ? buffer->size() : parameters.size();
  std::atomic<bool> finite = true;
  for_each_piece(name(), expected, parameters, direction, threads, [&](Index first, Index count) {
    Eigen::Map<FlatArray> p(parameters.numbers().data() + first, count);
    Eigen::Array<Scalar, Eigen::Dynamic, 1, 0, kPiece, 1> moved =
        direction.values.array().segment(first, count) + c.decay * p;  // g
    if (buffer) {
      auto b = buffer->array().segment(first, count);
      b = c.momentum * b + moved;
      if (options.nesterov)
        moved = moved + c.momentum * b;
      else
        moved = b;
      if (!all_finite({b.data(), static_cast<std::size_t>(count)})) finite = false;
    }
    moved = p * c.shrink - c.rate * moved;
    if (options.mask_update && direction.has_mask())
      p = (direction.mask.array().segment(first, count) == Scalar{0}).select(p, moved);
    else
      p = moved;
    if (!all_finite({p.data(), static_cast<std::size_t>(count)})) finite = false;
  });
  ++steps_;
  return finite;
}

Terms Sgd::explain(Index column, Scalar weight, Scalar direction, std::optional<Scalar> mask) const {
  const SgdConstants c(options);
  const bool coupled = options.decay == WeightDecay::coupled, has_buffer = !state_.empty();
  const Scalar gradient = direction + c.decay * weight;
  const Scalar b0 = has_buffer ? momentum()[column] : Scalar{0};
  const Scalar b = c.momentum * b0 + gradient;
  const Scalar ahead = gradient + c.momentum * b;
  const Scalar shrunk = weight * c.shrink;
  const Scalar step = c.rate * (!has_buffer ? gradient : options.nesterov ? ahead : b);
  const bool held = options.mask_update && mask == Scalar{0};
  const Scalar after = held ? weight : shrunk - step;

  Terms terms;
  terms.whole("t", "t", steps_ + 1, "updates, this one included");
  terms.setting("learning_rate", "lr", options.learning_rate, "the learning rate of this step");
  if (has_buffer) terms.setting("momentum", options.momentum);
  add_decay(terms, options.weight_decay, options.decay, options.mask_update);
  terms.add_scalar("weight", "w", weight, "the weight before");
  if (has_buffer) terms.add_scalar("b_before", "b0", b0, "the momentum before");
  terms.add_scalar("gradient", "g", gradient, coupled ? "d + wd w" : "d");
  if (has_buffer) terms.add_scalar("b", "b1", b, "momentum b0 + g");
  if (options.nesterov) terms.add_scalar("ahead", "n", ahead, "g + momentum b1");
  add_move(terms, {.weight = weight,
                   .shrunk = shrunk,
                   .step = step,
                   .after = after,
                   .coupled = coupled,
                   .held = held,
                   .formula = options.nesterov ? "lr n"
                              : has_buffer     ? "lr b1"
                                               : "lr g"});
  return terms;
}

}  // namespace sand::optim
