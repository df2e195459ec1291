#include "optim/optimizers/sgd.h"

#include <cmath>

#include "optim/optimizers/flat_step.h"
#include "optim/option.h"

namespace sand::optim {

Sgd::Sgd(const Parameters& parameters, const SgdOptions& given)
    : options(given), momentum_({parameters.size()}) {
  for (const Option option :
       {Option{"SGD", "learning_rate", given.learning_rate}, Option{"SGD", "momentum", given.momentum},
        Option{"SGD", "weight_decay", given.weight_decay}})
    option.must(std::isfinite(option.value) && option.value >= 0, "a finite number of at least 0");
}

void Sgd::step(Parameters& parameters, const Direction& direction, const Threads& threads) {
  const auto rate = static_cast<Scalar>(options.learning_rate);
  const auto momentum = static_cast<Scalar>(options.momentum);
  const auto decay = static_cast<Scalar>(options.weight_decay);
  for_each_piece("SGD", momentum_.size(), parameters, direction, threads, [&](Index first, Index count) {
    Eigen::Map<FlatArray> p(parameters.numbers().data() + first, count);
    auto b = momentum_.array().segment(first, count);
    b = momentum * b + (direction.values.array().segment(first, count) + decay * p);
    p -= rate * b;
  });
}

}  // namespace sand::optim
