#include "nn/class_weights.h"

#include <cmath>

#include "nn/objectives.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

double loss_of(const Objective& objective, TensorView x, const std::vector<std::int32_t>& labels, Index rows,
               std::vector<Scalar>* gradient = nullptr) {
  const Parameters none;
  Tape tape;
  tape.start(none);
  std::vector<Scalar> unused(static_cast<std::size_t>(x.size()));
  std::vector<Scalar>& to = gradient ? *gradient : unused;
  to.assign(static_cast<std::size_t>(x.size()), 0);
  const Var loss = objective.loss(tape.variable(x, TensorSpan(to.data(), x.shape())), labels, rows);
  tape.backward(loss);
  return static_cast<double>(loss.value()[0]);
}

}  // namespace

TEST_CASE(
    "A weighted loss is the sum of the rows' losses times the weights of their classes, over the rows") {
  const Tensor x = random_tensor({4, 3}, 1);
  const std::vector<std::int32_t> labels = {2, 0, 1, 2};
  const std::vector<Scalar> weights = {0.5, 0, 3};
  double expected = 0;
  for (Index n = 0; n < 4; ++n) {
    double sum = 0;
    for (Index c = 0; c < 3; ++c) sum += std::exp(static_cast<double>(x[n * 3 + c]));
    const std::int32_t label = labels[static_cast<std::size_t>(n)];
    expected += static_cast<double>(weights[static_cast<std::size_t>(label)]) *
                (std::log(sum) - static_cast<double>(x[n * 3 + label]));
  }
  CHECK(loss_of(nn::ClassWeights(weights), x, labels, 10) == doctest::Approx(expected / 10).epsilon(1e-6));
}

TEST_CASE("Weights of 1 give the loss and the gradient without weights, for one logit and for several") {
  for (const Index columns : {Index{1}, Index{2}}) {
    const Tensor x = random_tensor({5, columns}, 2);
    const std::vector<std::int32_t> labels = {1, 0, 1, 1, 0};
    std::vector<Scalar> plain, weighted;
    const double a = columns == 1 ? loss_of(nn::BinaryCrossEntropy{}, x, labels, 5, &plain)
                                  : loss_of(nn::CrossEntropy{}, x, labels, 5, &plain);
    const double b = loss_of(nn::ClassWeights({1, 1}), x, labels, 5, &weighted);
    CHECK(a == doctest::Approx(b).epsilon(1e-6));
    for (std::size_t i = 0; i < plain.size(); ++i)
      CHECK(plain[i] == doctest::Approx(weighted[i]).epsilon(1e-5));
  }
}

TEST_CASE("The losses of two tiles add up to the loss of both, whatever their classes") {
  const Tensor x = random_tensor({4, 2}, 3);
  const nn::ClassWeights objective({0.25, 4});
  const double both = loss_of(objective, x, {0, 0, 1, 0}, 4);
  const double first = loss_of(objective, x.view().rows(0, 2), {0, 0}, 4),
               second = loss_of(objective, x.view().rows(2, 2), {1, 0}, 4);
  CHECK(both == doctest::Approx(first + second).epsilon(1e-6));
}

TEST_CASE("A label without a weight is refused") {
  const Tensor x = random_tensor({1, 3}, 4);
  CHECK_THROWS_WITH_AS(loss_of(nn::ClassWeights({1, 1}), x, {2}, 1),
                       doctest::Contains("class weights: a label is not one of 0 .. 1"), Error);
}

TEST_CASE("The slopes of a weighted loss are the gradients of its rows' losses") {
  for (const Index columns : {1, 3}) {
    const Tensor x = random_tensor({4, columns}, 5);
    const std::vector<std::int32_t> labels = {1, 0, 1, 0};
    const nn::ClassWeights loss(columns == 1 ? std::vector<Scalar>{0.5, 3} : std::vector<Scalar>{0.5, 3, 2});
    std::vector<Scalar> gradient;
    loss_of(loss, x, labels, 1, &gradient);
    const Parameters none;
    Tape tape;
    tape.start(none);
    const Var slopes = loss.slopes(tape.constant(x), Targets(labels));
    for (Index i = 0; i < x.size(); ++i)
      CHECK(slopes.value()[i] == doctest::Approx(gradient[static_cast<std::size_t>(i)]).epsilon(1e-5));
  }
}
