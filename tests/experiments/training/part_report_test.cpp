#include "experiments/training/part_report.h"

#include <doctest/doctest.h>

#include <cmath>

#include "domains/spirals.h"
#include "nn/objectives.h"
#include "tensor/error.h"

using namespace sand::experiments;
using sand::Scalar;
using sand::Threads;
using sand::domains::Task;

namespace {

/// A domain of one input with these numbers to predict, or labels.
sand::domains::Domain domain_of(std::vector<Scalar> inputs, std::vector<Scalar> values, sand::Index targets) {
  sand::domains::Domain domain{.name = "a", .example = {1}, .labels = {}, .read = {}};
  domain.read = [inputs = std::move(inputs)](std::uint32_t example, std::span<Scalar> input) {
    input[0] = inputs[example];
  };
  domain.values = std::move(values);
  domain.targets = targets;
  return domain;
}

/// A network whose outputs are weight x + bias.
std::unique_ptr<Model> line(std::vector<Scalar> weights, std::vector<Scalar> biases) {
  auto model = make_model("mlp:1-" + std::to_string(biases.size()), sand::nn::Activation::relu, 1);
  auto numbers = model->parameters.numbers();
  std::copy(weights.begin(), weights.end(), numbers.begin());
  std::copy(biases.begin(), biases.end(), numbers.begin() + static_cast<sand::Index>(weights.size()));
  return model;
}

}  // namespace

TEST_CASE("The confusion matrix has every example once, and its diagonal those that are right") {
  const sand::domains::Spirals data({.domains = 2, .examples = 150, .test_examples = 70});
  const auto model = make_model("mlp:18-9-2", sand::nn::Activation::tanh, 3);
  const sand::domains::Part part = sand::domains::whole(data.domains[1]);
  PartReport first;
  for (const int threads : {1, 3}) {
    Evaluation evaluation(*model, Threads(threads));
    const PartReport report =
        report_on(evaluation, part, sand::nn::CrossEntropy{}, {.outputs = 2, .classes = 2});
    CHECK(report.score.loss == evaluation(part, sand::nn::CrossEntropy{}).loss);
    CHECK(report.score.accuracy ==
          static_cast<double>(report.confusion[0][0] + report.confusion[1][1]) / 150);
    std::uint64_t all = 0;
    for (const std::size_t label : {0, 1})
      for (const std::uint64_t count : report.confusion[label]) all += count;
    CHECK(all == 150);
    CHECK(report.confusion[0][0] + report.confusion[0][1] ==
          static_cast<std::uint64_t>(
              std::count(data.domains[1].labels.begin(), data.domains[1].labels.end(), 0)));
    if (threads > 1) CHECK(report.calibration_error == first.calibration_error);
    first = report;
  }
  CHECK(first.calibration_error > 0);
}

TEST_CASE("Numbers have their mean squared error and R^2 by target; predicting the mean has R^2 0") {
  // targets x and 3 - x; outputs x + 1 and 1.5
  const auto domain = domain_of({0, 1, 2, 3}, {0, 3, 1, 2, 2, 1, 3, 0}, 2);
  const auto model = line({1, 0}, {1, Scalar(1.5)});
  Evaluation evaluation(*model, Threads(2), Task::regress);
  const PartReport report = report_on(evaluation, sand::domains::whole(domain), sand::nn::SquaredError{},
                                      {.task = Task::regress, .outputs = 2});
  CHECK(report.targets[0].mse == 1);
  CHECK(report.targets[0].r2 == doctest::Approx(1 - 4.0 / 5));
  CHECK(report.targets[1].mse == 1.25);
  CHECK(report.targets[1].r2 == 0);
  CHECK(report.score.loss == doctest::Approx((1 + 1.25) / 2));
  CHECK(report.score.accuracy == doctest::Approx(0.1));  // the mean of both R^2
  CHECK(std::isnan(report.calibration_error));
}

TEST_CASE("Labels are counted one by one, and the accuracy is the share of all labels that are right") {
  // logits x and -x
  const auto domain = domain_of({-1, 1, 2}, {0, 1, 1, 1, 0, 0}, 2);
  const auto model = line({1, -1}, {0, 0});
  Evaluation evaluation(*model, Threads(2), Task::multilabel);
  const PartReport report =
      report_on(evaluation, sand::domains::whole(domain), sand::nn::MultiLabelCrossEntropy{},
                {.task = Task::multilabel, .outputs = 2, .bins = 1});
  CHECK(report.labels[0].true_negatives == 1);
  CHECK(report.labels[0].true_positives == 1);
  CHECK(report.labels[0].false_positives == 1);
  CHECK(report.labels[1].true_positives == 1);
  CHECK(report.labels[1].false_negatives == 1);
  CHECK(report.labels[1].true_negatives == 1);
  CHECK(report.score.accuracy == 4.0 / 6);
  const double confidence = (4 / (1 + std::exp(-1.0)) + 2 / (1 + std::exp(-2.0))) / 6;
  CHECK(report.calibration_error == doctest::Approx(std::fabs(4.0 / 6 - confidence)));
}

TEST_CASE("An output that is not finite is refused with its example, and a part without examples is empty") {
  const auto domain = domain_of({0, std::numeric_limits<Scalar>::max()}, {0, 1}, 1);
  const auto model = line({std::numeric_limits<Scalar>::max()}, {0});
  Evaluation evaluation(*model, Threads(1), Task::regress);
  CHECK_THROWS_WITH_AS(report_on(evaluation, sand::domains::whole(domain), sand::nn::SquaredError{},
                                 {.task = Task::regress, .outputs = 1}),
                       doctest::Contains("example 1"), sand::Error);
  const PartReport none =
      report_on(evaluation, {&domain, {}}, sand::nn::SquaredError{}, {.task = Task::regress, .outputs = 1});
  CHECK(none.examples == 0);
  CHECK(std::isnan(none.score.accuracy));
}
