#include "experiments/sweeps/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kPi = 3.14159265358979323846;

/// atan(x) for 0 <= x: halves the angle until the series is short.
double arc_tangent(double x) {
  double factor = 1;
  for (; x > 0.05; factor *= 2) x = x / (1 + std::sqrt(1 + x * x));
  double sum = 0, power = x;
  for (int k = 1; k < 30; k += 2, power *= -x * x) sum += power / k;
  return factor * sum;
}

/// P(-t < T < t): Abramowitz and Stegun 26.7.3 and 26.7.4, with tan theta = t / sqrt(degrees).
double central_probability(double t, int degrees) {
  const double cosine2 = degrees / (degrees + t * t), sine = t / std::sqrt(degrees + t * t);
  const bool odd = degrees % 2 == 1;
  double term = odd ? std::sqrt(cosine2) : 1, sum = degrees > 1 ? term : 0;
  for (int k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= cosine2 * (k - 1) / k;
    sum += term;
  }
  return odd ? 2 / kPi * (arc_tangent(t / std::sqrt(degrees)) + sine * sum) : sine * sum;
}

std::string points(double accuracy) {
  char text[40];
  std::snprintf(text, sizeof text, "%+.1f", 100 * accuracy);
  return text;
}

std::string line(const std::string& name, const Cell& first, const Cell& second) {
  const PairedDifference found = paired_difference(first, second);
  char text[300];
  if (found.pairs == 0) return name + ": no trial has both\n";
  std::snprintf(text, sizeof text, "%-8s %6s points over %d trials", name.c_str(), points(found.mean).c_str(),
                found.pairs);
  std::string all = text;
  if (found.pairs < 2) return all + "; one trial has no interval\n";
  all += ", 95 % interval " + points(found.low) + " .. " + points(found.high);
  const auto needed = [&](double difference) {
    const int seeds = seeds_needed(difference, found.deviation);
    return seeds == 0 ? std::string("?") : std::to_string(seeds);
  };
  return all + "; seeds to show it " + needed(found.mean) + ", to show 1 point " + needed(0.01) + "\n";
}

const MethodRow& row_of(const ResultTable& table, const std::string& name) {
  std::vector<std::string> known;
  for (const MethodRow& row : table.rows) known.push_back(row.method);
  const std::string found = find_name("compare", name, known);
  for (const MethodRow& row : table.rows)
    if (row.method == found) return row;
  throw Error(Fault::internal, "compare: a method that was found is gone");
}

}  // namespace

double student_quantile(double probability, int degrees) {
  double low = 0, high = 1;
  while (central_probability(high, degrees) < 2 * probability - 1 && high < 1e9) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (central_probability(middle, degrees) < 2 * probability - 1 ? low : high) = middle;
  }
  return (low + high) / 2;
}

PairedDifference paired_difference(const Cell& first, const Cell& second) {
  std::vector<double> differences;
  for (const auto& [trial, value] : first.trials)
    if (const auto other = second.trials.find(trial); other != second.trials.end())
      differences.push_back(value - other->second);
  PairedDifference found{static_cast<int>(differences.size()), kNaN, kNaN, kNaN, kNaN};
  if (differences.empty()) return found;
  const double n = static_cast<double>(differences.size());
  found.mean = numpy_sum(differences) / n;
  if (differences.size() < 2) return found;
  double squares = 0;
  for (const double difference : differences)
    squares += (difference - found.mean) * (difference - found.mean);
  found.deviation = std::sqrt(squares / (n - 1));
  const double half = student_quantile(0.975, found.pairs - 1) * found.deviation / std::sqrt(n);
  found.low = found.mean - half;
  found.high = found.mean + half;
  return found;
}

int seeds_needed(double difference, double deviation) {
  constexpr int kMost = 1000000;
  const double ratio = std::fabs(deviation / difference);
  if (!std::isfinite(ratio)) return 0;
  const double normal = 1.959963984540054 + 0.8416212335729143;  // Student's t for many seeds
  int n = static_cast<int>(std::fmin(kMost, std::ceil(normal * normal * ratio * ratio)));
  const auto enough = [&] {
    const double quantiles = student_quantile(0.975, n - 1) + student_quantile(0.8, n - 1);
    return n >= quantiles * quantiles * ratio * ratio;
  };
  constexpr int kMany = 1000;
  for (n = std::max(n, 2); n < kMany && !enough();) ++n;
  return n;
}

std::string comparison_text(const ResultTable& table, const std::string& first, const std::string& second) {
  const MethodRow &one = row_of(table, first), &other = row_of(table, second);
  std::string text =
      one.method + " - " + other.method + ", " + table.data_set + ", " + about(table.selection) + "\n";
  for (std::size_t i = 0; i < table.names.size(); ++i)
    text += line(table.names[i], one.cells[i], other.cells[i]);
  if (table.names.size() > 1) text += line("Avg", one.averages, other.averages);
  return text;
}

}  // namespace sand::experiments
