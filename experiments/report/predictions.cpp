#include "experiments/report/predictions.h"

#include <algorithm>

#include "experiments/report/heat_map.h"
#include "experiments/runs/evaluation_report.h"
#include "experiments/training/part_report.h"
#include "experiments/training/parts.h"
#include "nn/scores.h"

namespace sand::experiments {
namespace {

struct ScoredParts {
  std::vector<domains::Part> parts;
  std::string name;
};

/// The parts of the training or test domains that are scored.
ScoredParts parts_to_score(const UpdateLoop& loop, bool of_test) {
  ScoredParts scored{{}, of_test ? "test domains" : "training domains"};
  const std::vector<int>& training = loop.training_domains();
  bool held_out = !of_test;
  for (const int domain : training)
    held_out = held_out && !loop.splits()[static_cast<std::size_t>(domain)].out.examples.empty();
  if (!of_test) scored.name += held_out ? ", held-out examples" : ", examples that they train on";
  for (std::size_t e = 0; e < loop.splits().size(); ++e) {
    const bool trained = std::find(training.begin(), training.end(), static_cast<int>(e)) != training.end();
    if (trained == of_test) continue;
    scored.parts.push_back(first_of(held_out ? loop.splits()[e].out : loop.splits()[e].in, kScoredExamples));
  }
  return scored;
}

Chart confusion_chart(const std::string& title, const std::vector<std::vector<std::uint64_t>>& counts,
                      const std::vector<std::string>& names) {
  const std::size_t classes = counts.size();
  HeatMap map{.rows = static_cast<int>(classes), .columns = static_cast<int>(classes), .numbers = {}};
  map.row_names = map.column_names = names;
  map.row_axis = "true class", map.column_axis = "predicted class";
  Chart chart{title, "", {}, {.head = {"true \\ predicted"}}};
  chart.table.head.insert(chart.table.head.end(), names.begin(), names.end());
  std::uint64_t all = 0, right = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    std::uint64_t of_class = 0;
    for (const std::uint64_t count : counts[c]) of_class += count;
    all += of_class, right += counts[c][c];
    std::vector<std::string>& row = chart.table.rows.emplace_back(1, names[c]);
    for (const std::uint64_t count : counts[c]) {
      map.numbers.push_back(of_class == 0 ? std::nan("")
                                          : static_cast<double>(count) / static_cast<double>(of_class));
      map.cell_texts.push_back(std::to_string(count));
      row.push_back(std::to_string(count));
    }
  }
  chart.about = "Rows are true classes, columns predicted ones; the colour is the share of the row. " +
                std::to_string(right) + " of " + std::to_string(all) + " examples are right (at most " +
                std::to_string(kScoredExamples) + " of each domain).";
  chart.drawing = drawing_of(map, kChartWidth, 44, true);
  return chart;
}

/// Bars for the share of right labels, or for R^2.
Chart bars_chart(const std::string& title, const std::string& about, const std::vector<std::string>& names,
                 const std::vector<double>& values) {
  HeatMap map{.rows = static_cast<int>(names.size()), .columns = 1, .numbers = values};
  map.row_names = names;
  Chart chart{title, about, {}, {.head = {"output", "score"}}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    map.cell_texts.push_back(number_text(values[i]));
    chart.table.rows.push_back({names[i], number_text(values[i])});
  }
  chart.drawing = drawing_of(map, kChartWidth, 120, false);
  return chart;
}

/// Scores of labels or numbers: the mean over the parts.
Chart scores_chart(const std::string& title, const std::vector<PartReport>& reports,
                   const std::vector<std::string>& names, domains::Task task) {
  std::vector<double> values(names.size(), 0);
  for (const PartReport& report : reports)
    for (std::size_t t = 0; t < names.size(); ++t) {
      const double count = static_cast<double>(reports.size());
      if (task == domains::Task::regress)
        values[t] += report.targets[t].r2 / count;
      else
        values[t] += static_cast<double>(report.labels[t].true_positives + report.labels[t].true_negatives) /
                     static_cast<double>(report.examples) / count;
    }
  return bars_chart(
      title,
      std::string(task == domains::Task::regress ? "R\u00b2 of each number" : "Share right of each label") +
          ", the mean over the domains.",
      names, values);
}

std::vector<Chart> score_charts(const std::string& label, const UpdateLoop& loop, bool of_test,
                                Evaluation& evaluation) {
  constexpr std::size_t kMostClasses = 40;
  const domains::DataSet& data = loop.data();
  const ScoredParts scored = parts_to_score(loop, of_test);
  const Index outputs = loop.model().outputs;
  const std::vector<std::string> names = answer_names(data, outputs);
  std::vector<PartReport> reports;
  for (const domains::Part& part : scored.parts)
    if (!part.examples.empty())
      reports.push_back(
          report_on(evaluation, part, loop.objective(), {data.task, outputs, data.classes, 15}));
  if (reports.empty() || names.size() > kMostClasses) return {};
  const std::string title = label + ": predictions, " + scored.name;
  if (data.task != domains::Task::classify) return {scores_chart(title, reports, names, data.task)};
  std::vector<std::vector<std::uint64_t>> sum = reports[0].confusion;
  for (std::size_t r = 1; r < reports.size(); ++r)
    for (std::size_t a = 0; a < sum.size(); ++a)
      for (std::size_t b = 0; b < sum.size(); ++b) sum[a][b] += reports[r].confusion[a][b];
  return {confusion_chart(title, sum, names)};
}

/// Images of some examples of one domain, with "predicted (true)" below each.
Chart examples_chart(const std::string& label, const UpdateLoop& loop, const domains::Part& whole,
                     Evaluation& evaluation) {
  constexpr int kInARow = 6;
  constexpr double kBetween = 8, kCaption = 16;
  const domains::DataSet& data = loop.data();
  domains::Part part{whole.domain, {}};
  for (const std::size_t i : evenly(whole.examples.size(), 24)) part.examples.push_back(whole.examples[i]);
  const Tensor outputs = evaluation.outputs(part);
  const std::vector<std::string> names = answer_names(data, loop.model().outputs);
  Chart chart{label + ": examples of " + shortened(part.domain->name, 40),
              "",
              Drawing{.width = kChartWidth},
              {.head = {"example", "true", "predicted", "probability"}}};
  const double wide = (kChartWidth - kBetween) / kInARow - kBetween;
  const double high =
      std::min(wide * static_cast<double>(data.example[1]) / static_cast<double>(data.example[2]), 2 * wide);
  std::vector<Scalar> numbers(static_cast<std::size_t>(data.example.size()));
  std::vector<double> probabilities(static_cast<std::size_t>(std::max<Index>(loop.model().outputs, 2)));
  int right = 0;
  for (std::size_t i = 0; i < part.examples.size(); ++i) {
    const auto row = static_cast<Index>(i);
    const auto predicted = static_cast<std::size_t>(nn::predicted_class(outputs, row)),
               label_of = static_cast<std::size_t>(part.domain->labels[part.examples[i]]);
    nn::class_probabilities(outputs.view().rows(row, 1).numbers(), probabilities);
    part.domain->read(part.examples[i], numbers);
    const double x = kBetween + static_cast<double>(i % kInARow) * (wide + kBetween),
                 y = 4 + static_cast<double>(i / kInARow) * (high + kCaption + 6);
    const bool is_right = predicted == label_of;
    right += is_right;
    chart.drawing.add(Raster{{x, y}, wide, high, std::make_shared<const Picture>(image_of(data, numbers))});
    const auto name = [&](std::size_t c) { return c < names.size() ? names[c] : std::to_string(c); };
    chart.drawing.add(Words{
        .at = {x, y + high + 12},
        .text = shortened(name(predicted), 8) + (is_right ? "" : " (" + shortened(name(label_of), 6) + ")"),
        .size = 10,
        .paint = is_right ? of_ink(Ink::text) : of_series(1)});
    chart.table.rows.push_back({std::to_string(part.examples[i]), name(label_of), name(predicted),
                                number_text(probabilities[std::min(predicted, probabilities.size() - 1)])});
    chart.drawing.height = y + high + kCaption + 6;
  }
  chart.about = "The predicted class below each image; of a wrong one the true class in brackets. " +
                std::to_string(right) + " of these " + std::to_string(part.examples.size()) + " are right.";
  return chart;
}

}  // namespace

Picture image_of(const domains::DataSet& data, const std::vector<Scalar>& numbers) {
  const int channels = static_cast<int>(data.example[0]), height = static_cast<int>(data.example[1]),
            width = static_cast<int>(data.example[2]);
  Picture picture(width, height);
  const auto shade = [&](int channel, int at) {
    const auto c = static_cast<std::size_t>(channel);
    const double number =
        static_cast<double>(numbers[static_cast<std::size_t>(channel * height * width + at)]);
    return c < data.mean.size() && data.mean.size() == static_cast<std::size_t>(channels)
               ? number * data.deviation[c] + data.mean[c]
               : number;
  };
  for (int at = 0; at < height * width; ++at)
    picture.set(at % width, at / width, shade(0, at), channels == 1 ? shade(0, at) : shade(1, at),
                channels == 1  ? shade(0, at)
                : channels > 2 ? shade(2, at)
                               : 0);
  return picture;
}

std::vector<Chart> prediction_charts(const std::string& label, const UpdateLoop& loop,
                                     const Threads& threads) {
  Evaluation evaluation(loop.model(), threads, loop.data().task);
  std::vector<Chart> charts;
  for (const bool of_test : {false, true})
    for (Chart& chart : score_charts(label, loop, of_test, evaluation)) charts.push_back(std::move(chart));
  const Shape& example = loop.data().example;
  if (loop.data().task != domains::Task::classify || example.rank() != 3 || example[1] < 2) return charts;
  for (const bool of_test : {true, false}) {
    const ScoredParts scored = parts_to_score(loop, of_test);
    if (!scored.parts.empty() && !scored.parts[0].examples.empty())
      charts.push_back(examples_chart(label, loop, scored.parts[0], evaluation));
  }
  return charts;
}

}  // namespace sand::experiments
