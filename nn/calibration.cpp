#include "nn/calibration.h"

#include <algorithm>
#include <cmath>

namespace sand::nn {

void Calibration::add(double confidence, bool right) {
  const double place = std::ceil(confidence * static_cast<double>(bins_.size())) - 1;
  Bin& bin = bins_[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins_.size() - 1)))];
  ++bin.predictions;
  bin.right += right;
  bin.confidence += confidence;
}

double Calibration::error() const {
  double apart = 0, predictions = 0;
  for (const Bin& bin : bins_) {
    apart += std::fabs(static_cast<double>(bin.right) - bin.confidence);
    predictions += static_cast<double>(bin.predictions);
  }
  return predictions == 0 ? 0 : apart / predictions;
}

}  // namespace sand::nn
