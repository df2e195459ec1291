#include "nn/objectives.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "autograd/parameters.h"

using namespace sand;

TEST_CASE(
    "A loss is divided by the rows of the whole domain, not of the tile, and tiles add up to its mean") {
  const Tensor one(Shape{2, 1}, std::vector<Scalar>{1, -2}),
      two(Shape{2, 2}, std::vector<Scalar>{0, 1, 0, -2});
  const std::vector<std::int32_t> labels = {1, 0};
  Parameters none;
  Tape tape;
  const auto value = [&](const Objective& objective, const Tensor& outputs, Index rows) {
    tape.start(none);
    return static_cast<double>(objective.loss(tape.constant(outputs), labels, rows).value()[0]);
  };
  const double sum = std::log1p(std::exp(-1)) + std::log1p(std::exp(-2));
  for (const Index rows : {2, 8}) {
    CHECK(value(nn::BinaryCrossEntropy{}, one, rows) ==
          doctest::Approx(sum / static_cast<double>(rows)).epsilon(1e-6));
    CHECK(value(nn::CrossEntropy{}, two, rows) ==
          doctest::Approx(sum / static_cast<double>(rows)).epsilon(1e-6));
  }
}

TEST_CASE("Squared error is divided by the rows of the whole domain and needs target values") {
  const Tensor outputs(Shape{2, 1}, std::vector<Scalar>{1, -2}),
      values(Shape{2, 1}, std::vector<Scalar>{3, 0});
  Parameters none;
  Tape tape;
  tape.start(none);
  const Var x = tape.constant(outputs);
  const std::vector<std::int32_t> labels = {1, 0};
  for (const Index rows : {2, 8}) {
    const double loss = static_cast<double>(nn::SquaredError{}.loss(x, Targets({}, values), rows).value()[0]);
    CHECK(loss == doctest::Approx(8.0 / static_cast<double>(rows)));
  }
  CHECK_THROWS_WITH_AS(nn::SquaredError{}.loss(x, Targets(labels), 2),
                       doctest::Contains("SquaredError: the batch has no target values"), Error);
}

TEST_CASE("The loss of labels is the mean over labels of their cross-entropies, divided by all rows") {
  const Tensor outputs(Shape{2, 2}, std::vector<Scalar>{1, -2, 0, 0}),
      labels(Shape{2, 2}, std::vector<Scalar>{1, 0, 0, 1});
  Parameters none;
  Tape tape;
  tape.start(none);
  const Var x = tape.constant(outputs);
  const double sum = std::log1p(std::exp(-1)) + std::log1p(std::exp(-2)) + 2 * std::log(2);
  for (const Index rows : {2, 8})
    CHECK(static_cast<double>(nn::MultiLabelCrossEntropy{}.loss(x, Targets({}, labels), rows).value()[0]) ==
          doctest::Approx(sum / 2 / static_cast<double>(rows)).epsilon(1e-6));
}

TEST_CASE("The slopes of every loss are the derivatives of its row losses") {
  const std::vector<std::int32_t> classes = {1, 0, 1};
  for (const nn::ObjectiveCard& card : nn::objectives()) {
    CAPTURE(card.name);
    const Index columns = card.outputs(2);
    const Tensor outputs(Shape{3, columns},
                         std::vector<Scalar>(static_cast<std::size_t>(3 * columns), Scalar(0.25)));
    Tensor values(Shape{3, columns}), gradients(outputs.shape());
    for (Index i = 0; i < values.size(); ++i) values[i] = static_cast<Scalar>(i % 2);
    const bool of_classes = card.predicts == std::string("classes");
    const Targets targets(
        of_classes ? std::span<const std::int32_t>(classes) : std::span<const std::int32_t>(),
        of_classes ? TensorView() : values);
    const auto objective = card.make({});
    Parameters none;
    Tape tape;
    tape.start(none);
    const Var x = tape.variable(outputs, gradients);
    const Var slopes = objective->slopes(x, targets);
    const Tensor expected(slopes.shape(), slopes.value().numbers());
    const Var rows = objective->row_losses(x, targets);
    Tensor ones(rows.shape());
    ones.array() = 1;
    tape.backward(rows, ones);
    CHECK((expected.array() - gradients.array()).abs().maxCoeff() < (sizeof(Scalar) == 8 ? 1e-14 : 1e-6));
  }
}

TEST_CASE(
    "The card of an objective creates it and gives the number of network outputs for a number of classes") {
  const std::vector<std::int32_t> labels = {1, 0};
  Parameters none;
  Tape tape;
  for (const nn::ObjectiveCard& card : nn::objectives()) {
    CAPTURE(card.name);
    CHECK(&nn::objective_named(card.name) == &card);
    if (card.predicts != std::string("classes")) continue;
    const Index columns = card.outputs(2);
    const Tensor outputs(Shape{2, columns});
    tape.start(none);
    CHECK(static_cast<double>(card.make({})->loss(tape.constant(outputs), labels, 2).value()[0]) ==
          doctest::Approx(std::log(2)));
  }
  CHECK(nn::objective_named("crossentropy").outputs(7) == 7);
  CHECK(nn::objective_named("BinaryCrossEntropy").outputs(7) == 0);
  CHECK(nn::objective_named("SquaredError").outputs(2) == 2);
  CHECK(nn::objective_named("MultiLabelCrossEntropy").outputs(5) == 5);
  CHECK_THROWS_WITH_AS(nn::objective_named("CrosEntropy"), doctest::Contains("did you mean CrossEntropy?"),
                       Error);
}
