#include "nn/initialize.h"

#include <cmath>

namespace sand::nn {
namespace {

void fill_uniform(TensorSpan x, double bound, Random& random) {
  for (Scalar& number : x.numbers()) number = static_cast<Scalar>(random.uniform(-bound, bound));
}

void fill_normal(TensorSpan x, double deviation, Random& random) {
  for (Scalar& number : x.numbers()) number = static_cast<Scalar>(deviation * random.normal());
}

}  // namespace

void initialize(Initializer initializer, TensorSpan weight, TensorSpan bias, Random& random) {
  const double fan_in = static_cast<double>(weight.shape().columns());
  const double fan_out = static_cast<double>(weight.size()) / static_cast<double>(weight.shape()[1]);
  switch (initializer) {
    case Initializer::pytorch:
      fill_uniform(weight, 1 / std::sqrt(fan_in), random);
      fill_uniform(bias, 1 / std::sqrt(fan_in), random);
      break;
    case Initializer::kaiming_normal:
      fill_normal(weight, std::sqrt(2 / fan_in), random);
      bias.array().setConstant(Scalar(0.01));
      break;
    case Initializer::xavier_uniform:
      fill_uniform(weight, std::sqrt(6 / (fan_in + fan_out)), random);
      bias.array().setZero();
      break;
  }
}

}  // namespace sand::nn
