// What a trained network predicts: confusion matrices, and examples with their images.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/chart.h"
#include "experiments/training/update_loop.h"

namespace sand::experiments {

constexpr int kScoredExamples = 500;  ///< of each part of a domain, the first ones

/// Of the weights that the loop has now. A confusion matrix over the training domains (on held-out examples,
/// if there are any) and one over the test domains, for classes; else a chart without a drawing has the
/// scores of each label or number. Then images of test examples with their predictions, if inputs are images.
std::vector<Chart> prediction_charts(const std::string& label, const UpdateLoop& loop,
                                     const Threads& threads);

/// An image [c, h, w] of a data set: grey, red and green, or RGB.
Picture image_of(const domains::DataSet& data, const std::vector<Scalar>& numbers);

}  // namespace sand::experiments
