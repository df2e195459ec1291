#include "experiments/training/part_report.h"

#include <algorithm>
#include <cmath>

#include "nn/calibration.h"
#include "nn/scores.h"
#include "tensor/elementary.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

void count_classes(TensorView outputs, const domains::Part& part, const PartReportOptions& options,
                   PartReport& report) {
  const auto classes = static_cast<std::size_t>(options.classes);
  report.confusion.assign(classes, std::vector<std::uint64_t>(classes));
  nn::Calibration calibration(options.bins);
  std::vector<double> probabilities(std::max<std::size_t>(classes, 2));
  for (std::size_t i = 0; i < part.examples.size(); ++i) {
    const auto row = static_cast<Index>(i);
    // a data set of one class has one output, too
    const auto predicted = std::min(static_cast<std::size_t>(nn::predicted_class(outputs, row)), classes - 1);
    const auto label = static_cast<std::size_t>(part.domain->labels[part.examples[i]]);
    ++report.confusion[label][predicted];
    nn::class_probabilities(outputs.rows(row, 1).numbers(), probabilities);
    calibration.add(probabilities[predicted], predicted == label);
  }
  report.calibration_error = calibration.error();
}

void count_labels(TensorView outputs, const domains::Part& part, const PartReportOptions& options,
                  PartReport& report) {
  const auto targets = static_cast<std::size_t>(options.outputs);
  report.labels.resize(targets);
  nn::Calibration calibration(options.bins);
  for (std::size_t i = 0; i < part.examples.size(); ++i)
    for (std::size_t t = 0; t < targets; ++t) {
      const double logit = static_cast<double>(outputs[static_cast<Index>(i * targets + t)]);
      const bool predicted = logit > 0, label = part.domain->values[part.examples[i] * targets + t] == 1;
      LabelCounts& counts = report.labels[t];
      ++(label ? (predicted ? counts.true_positives : counts.false_negatives)
               : (predicted ? counts.false_positives : counts.true_negatives));
      calibration.add(sand::sigmoid(std::fabs(logit)), predicted == label);
    }
  report.calibration_error = calibration.error();
}

void score_targets(TensorView outputs, const domains::Part& part, const PartReportOptions& options,
                   PartReport& report) {
  const auto targets = static_cast<std::size_t>(options.outputs);
  const double examples = static_cast<double>(part.examples.size());
  for (std::size_t t = 0; t < targets; ++t) {
    const auto value = [&](std::size_t i) {
      return static_cast<double>(part.domain->values[part.examples[i] * targets + t]);
    };
    double mean = 0, total = 0, residual = 0;
    for (std::size_t i = 0; i < part.examples.size(); ++i) mean += value(i);
    mean /= examples;
    for (std::size_t i = 0; i < part.examples.size(); ++i) {
      const double error = static_cast<double>(outputs[static_cast<Index>(i * targets + t)]) - value(i),
                   off = value(i) - mean;
      residual += error * error;
      total += off * off;
    }
    report.targets.push_back({residual / examples, nn::r_squared(residual, total)});
  }
}

}  // namespace

PartReport report_on(Evaluation& evaluation, const domains::Part& part, const Objective& objective,
                     const PartReportOptions& options) {
  PartReport report;
  report.examples = part.examples.size();
  if (part.examples.empty()) return report;
  Tensor outputs({static_cast<Index>(part.examples.size()), options.outputs});
  report.score = evaluation(part, objective, outputs.span());
  for (Index i = 0; i < outputs.size(); ++i)
    check(std::isfinite(outputs[i]), [&] {
      return Error(Fault::non_finite, "evaluate: an output of the network is not finite")
          .fact("domain", part.domain->name)
          .fact("example", std::to_string(part.examples[static_cast<std::size_t>(i / options.outputs)]));
    });
  switch (options.task) {
    case domains::Task::classify: count_classes(outputs, part, options, report); break;
    case domains::Task::multilabel: count_labels(outputs, part, options, report); break;
    case domains::Task::regress: score_targets(outputs, part, options, report); break;
  }
  return report;
}

}  // namespace sand::experiments
