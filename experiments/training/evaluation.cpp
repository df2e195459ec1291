#include "experiments/training/evaluation.h"

#include <algorithm>

#include "nn/scores.h"

namespace sand::experiments {

double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& domains) {
  double total = 0;
  for (const int domain : domains) total += scores[static_cast<std::size_t>(domain)].accuracy;
  return total / static_cast<double>(domains.size());
}

Evaluation::Evaluation(const Model& model, const Threads& threads)
    : model_(model),
      threads_(threads),
      passes_(model.network, model.parameters, threads.count()),
      rows_(static_cast<std::size_t>(threads.count())) {}

Score Evaluation::operator()(const domains::Part& part, const Objective& objective) {
  if (part.examples.empty()) return {};
  const std::size_t rows = static_cast<std::size_t>(model_.tile_rows);
  const std::size_t chunks = (part.examples.size() + rows - 1) / rows;
  std::vector<double> losses(chunks);
  std::vector<Index> right(chunks);
  if (!passes_.ready()) {
    domains::gather(*part.domain, std::span(part.examples).first(1), rows_[0]);
    passes_.dry_run(rows_[0].inputs, {});
  }
  passes_.prepare(threads_);
  threads_.run(static_cast<int>(chunks), [&](int task, int id) {
    const std::size_t chunk = static_cast<std::size_t>(task);
    DomainRows& tile = rows_[static_cast<std::size_t>(id)];
    const std::size_t first = chunk * rows;
    const std::size_t count = std::min(rows, part.examples.size() - first);
    domains::gather(*part.domain, std::span(part.examples).subspan(first, count), tile);
    const Var outputs = passes_.forward(passes_.tape(id), tile.inputs, {});
    const Var loss = objective.loss(outputs, tile.labels, static_cast<Index>(count));
    losses[chunk] = static_cast<double>(loss.value()[0]) * static_cast<double>(count);
    right[chunk] = nn::correct(outputs.value(), tile.labels);
  });
  passes_.note_missing_forms();
  double loss = 0;
  Index all_right = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    loss += losses[chunk];
    all_right += right[chunk];
  }
  const double examples = static_cast<double>(part.examples.size());
  return {loss / examples, static_cast<double>(all_right) / examples};
}

}  // namespace sand::experiments
