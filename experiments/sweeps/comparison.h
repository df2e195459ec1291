// Two methods on the same seeds: is one better, and how many seeds would show it?
#pragma once

#include <string>
#include <vector>

#include "experiments/sweeps/tables.h"

namespace sand::experiments {

/// Of the differences first - second over the trials that both have; in accuracy, 0 to 1.
struct PairedDifference {
  int pairs = 0;
  double mean = 0;
  double deviation = 0;  ///< of one difference, unbiased; NaN for fewer than two pairs
  /// 95 % confidence interval of the mean, by Student's t; NaN for fewer than two pairs
  double low = 0, high = 0;
};
PairedDifference paired_difference(const Cell& first, const Cell& second);

/// The fewest pairs for which a true difference would be found with probability 0.8 by a two-sided t test at
/// 5 %, if single differences vary with this deviation. At least 2; 0 if it is not finite or the difference
/// is 0.
int seeds_needed(double difference, double deviation);

/// The x with P(T <= x) = probability for Student's t with some degrees of freedom; 0.5 < probability < 1. To
/// 1e-9.
double student_quantile(double probability, int degrees);

/// One line per test domain and one for their average, for the methods in a table. Throws Error(usage) with a
/// suggestion for a method that the table does not have.
std::string comparison_text(const ResultTable& table, const std::string& first, const std::string& second);

}  // namespace sand::experiments
