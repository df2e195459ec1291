#include "experiments/runs/record_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "experiments/setup/algorithms.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

std::string percent(double share) {
  if (std::isnan(share)) return "      -";
  char text[16];
  std::snprintf(text, sizeof text, "%6.1f%%", 100 * share);
  return text;
}

double mean_loss(const std::vector<Score>& scores, const std::vector<int>& domains) {
  double total = 0;
  for (const int domain : domains) total += scores[static_cast<std::size_t>(domain)].loss;
  return total / static_cast<double>(domains.size());
}

/// Of some domains: "  84.1%", or the mean squared error and R^2, "     0.123  0.8412".
std::string score_text(const std::vector<Score>& scores, const std::vector<int>& domains,
                       domains::Task task) {
  const double accuracy = mean_accuracy(scores, domains);
  if (task != domains::Task::regress) return percent(accuracy);
  if (std::isnan(accuracy)) return "         -       -";
  char text[64];
  std::snprintf(text, sizeof text, "%10.4g %7.4f", mean_loss(scores, domains), accuracy);
  return text;
}

}  // namespace

std::string table_line(const Record& record, const Settings& settings, const std::vector<int>& training) {
  char start[64];
  std::snprintf(start, sizeof start, "%6d  %10.4g", record.step, record.loss);
  std::string line = start;
  const domains::Task task = task_of(settings);
  const bool numbers = task == domains::Task::regress;
  line += "  " + score_text(record.in, training, task);
  line += settings.holdout_fraction > 0 ? "  " + score_text(record.out, training, task)
                                        : (numbers ? "           -       -" : "        -");
  for (const int domain : settings.test_domains) line += "  " + score_text(record.in, {domain}, task);
  if (!record.weights.empty()) {
    double sum = 0;
    for (const double weight : record.weights) sum += weight;
    const auto [least, greatest] = std::minmax_element(record.weights.begin(), record.weights.end());
    char range[96];
    std::snprintf(range, sizeof range, "   %9.3g %9.3g %9.3g", *least,
                  sum / static_cast<double>(record.weights.size()), *greatest);
    line += range;
  } else if (record.masks) {
    const optim::MaskCounts& total = record.masks->total;
    line += "   " + percent(total.fraction(total.closed)) + " " + percent(total.fraction(total.partial)) +
            " " + percent(total.fraction(total.open));
  }
  return line;
}

std::string table_head(const Settings& settings, const domains::DataSet& data) {
  const bool numbers = data.task == domains::Task::regress;
  std::string head = numbers ? "  step        loss  train in: mse, R2  held out: mse, R2"
                             : "  step        loss  train in  held out";
  for (const int domain : settings.test_domains) {
    std::string name = "test " + data.domains[static_cast<std::size_t>(domain)].name;
    head += "  " + name + (numbers ? ": mse, R2" : "");
  }
  const bool weighs = algorithm(settings).weighs_rows();
  return head + (weighs ? "   weights of domains: least, mean, greatest" : "   mask: closed, partial, open");
}

std::string weights_line(const Training& run) {
  return "weights " + run.loop().fingerprint() + " after " + std::to_string(run.step()) + " steps";
}

std::vector<std::string> early_stop_lines(const Training& run, bool kept) {
  const int patience = run.loop().settings().recipe.early_stop;
  const EarlyStop& stop = run.early_stop();
  std::vector<std::string> lines;
  if (patience == 0 || stop.best_step < 0) return lines;
  if (stop.ends(patience))
    lines.push_back("stopped early after " + std::to_string(run.step()) + " of " +
                    std::to_string(run.loop().settings().steps) + " steps: no better held-out accuracy in " +
                    std::to_string(patience) + (patience == 1 ? " evaluation" : " evaluations"));
  lines.push_back("best held-out accuracy " + shortest(stop.best_score) + " after step " +
                  std::to_string(stop.best_step) + (kept ? ": checkpoints/best.safetensors" : ""));
  return lines;
}

std::string never_learned_line(const std::string& reason) {
  return "NEVER LEARNED: " + reason + ". Its accuracies are those of an untrained network.";
}

}  // namespace sand::experiments
