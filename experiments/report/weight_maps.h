// The first layer of a network as pictures: weights, mask and agreement.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/chart.h"
#include "experiments/report/heat_map.h"
#include "experiments/report/replay.h"

namespace sand::experiments {

/// How a tensor is drawn: as one image for each of its outputs, if its inputs are images or it is a filter
/// bank; else as a table with a row for each output.
struct TensorLayout {
  bool is_images = false;
  Index units = 0, all_units = 0;             ///< outputs drawn, and outputs
  Index channels = 1, height = 1, width = 1;  ///< of an image: its channels are side by side
  bool is_turned = false;  ///< a table with more outputs than inputs has a column for each output
  Index rows = 0, columns = 0, block = 1;  ///< of a table: numbers for each point and side
};
/// `example` is the shape of an input of the network: [c, h, w] for images.
TensorLayout layout_of(const Slot& slot, const Shape& example);

/// The numbers of the tensor in this layout. Between images are NaN. A point of a large table is a mean.
HeatMap map_of(const TensorLayout& layout, const std::vector<double>& numbers);

/// Weights, mask and agreement at the last measured update, and the mask (without one, the agreement) at up
/// to six. Empty without a first layer.
std::vector<Chart> weight_charts(const std::string& label, const Slot& slot, const Shape& example,
                                 const std::vector<MeasuredStep>& steps);

}  // namespace sand::experiments
