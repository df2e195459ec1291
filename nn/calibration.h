// Do predicted probabilities agree with the shares that are right?
#pragma once

#include <cstdint>
#include <vector>

namespace sand::nn {

/// The expected calibration error (Guo et al. 2017, arXiv 1706.04599, eq. 3). Predictions are put into bins
/// of equal width by their confidence, the probability of the predicted class: bin b of M has those above
/// b / M and at most (b + 1) / M. With n predictions, of which n_b are in bin b:
///     error = sum_b (n_b / n) |share right in b - mean confidence in b|
class Calibration {
 public:
  explicit Calibration(int bins) : bins_(static_cast<std::size_t>(bins)) {}

  struct Bin {
    std::uint64_t predictions = 0, right = 0;
    double confidence = 0;  ///< sum over its predictions
  };
  void add(double confidence, bool right);  ///< confidence in 0 .. 1
  double error() const;                     ///< 0 for no predictions
  const std::vector<Bin>& bins() const { return bins_; }

 private:
  std::vector<Bin> bins_;
};

}  // namespace sand::nn
