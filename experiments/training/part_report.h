// What a network predicts right and wrong in one part of a domain, in detail.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "experiments/training/evaluation.h"

namespace sand::experiments {

/// Of one label of Task::multilabel.
struct LabelCounts {
  std::uint64_t true_positives = 0, false_positives = 0, false_negatives = 0, true_negatives = 0;
};

/// Of one number to predict.
struct TargetScore {
  double mse = 0, r2 = 0;  ///< mean squared error; R^2, see nn::r_squared()
};

struct PartReport {
  std::uint64_t examples = 0;
  Score score;                                        ///< as in the records of a run
  std::vector<std::vector<std::uint64_t>> confusion;  ///< examples [class][predicted class]
  std::vector<LabelCounts> labels;                    ///< [targets] of Task::multilabel
  std::vector<TargetScore> targets;                   ///< [targets] of Task::regress
  /// The expected calibration error (nn/calibration.h) of the predicted classes, or of all labels; NaN for
  /// numbers and without examples
  double calibration_error = std::numeric_limits<double>::quiet_NaN();
};

struct PartReportOptions {
  domains::Task task = domains::Task::classify;
  Index outputs = 0;  ///< of the network
  int classes = 0;    ///< of Task::classify
  int bins = 15;      ///< of the calibration error
};

/// Throws Error(non_finite) for an output that is not finite.
PartReport report_on(Evaluation& evaluation, const domains::Part& part, const Objective& objective,
                     const PartReportOptions& options);

}  // namespace sand::experiments
