#include "experiments/training/evaluation.h"

#include <algorithm>

#include "nn/scores.h"

namespace sand::experiments {
namespace {

/// The mean R^2 over the targets of a part. `residuals` [tiles, targets] are sums of squared errors.
double mean_r_squared(const domains::Part& part, const std::vector<double>& residuals) {
  const auto targets = static_cast<std::size_t>(part.domain->targets);
  const auto value = [&](std::uint32_t example, std::size_t target) {
    return static_cast<double>(part.domain->values[example * targets + target]);
  };
  double all = 0;
  for (std::size_t target = 0; target < targets; ++target) {
    double mean = 0, total = 0, residual = 0;
    for (const std::uint32_t example : part.examples) mean += value(example, target);
    mean /= static_cast<double>(part.examples.size());
    for (const std::uint32_t example : part.examples) {
      const double off = value(example, target) - mean;
      total += off * off;
    }
    for (std::size_t at = target; at < residuals.size(); at += targets) residual += residuals[at];
    all += nn::r_squared(residual, total);
  }
  return all / static_cast<double>(targets);
}

std::span<Scalar> numbers_of(TensorSpan of) { return {of.data(), static_cast<std::size_t>(of.size())}; }

}  // namespace

double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& domains) {
  double total = 0;
  for (const int domain : domains) total += scores[static_cast<std::size_t>(domain)].accuracy;
  return total / static_cast<double>(domains.size());
}

Evaluation::Evaluation(const Model& model, const Threads& threads, domains::Task task, const Ranks& ranks)
    : model_(model),
      threads_(threads),
      ranks_(ranks),
      task_(task),
      passes_(model.network, model.parameters, threads.count()),
      rows_(static_cast<std::size_t>(threads.count())) {}

void Evaluation::for_each_tile(const domains::Part& part, const See& see) {
  const std::size_t rows = static_cast<std::size_t>(model_.tile_rows);
  const std::size_t chunks = (part.examples.size() + rows - 1) / rows;
  if (!passes_.ready()) {
    domains::gather(*part.domain, std::span(part.examples).first(1), rows_[0]);
    passes_.dry_run(rows_[0].inputs, {});
  }
  passes_.prepare(threads_);
  ranks_.run(threads_, ranks_.own(static_cast<int>(chunks)), [&](int task, int id) {
    DomainRows& tile = rows_[static_cast<std::size_t>(id)];
    const std::size_t first = static_cast<std::size_t>(task) * rows;
    const std::size_t count = std::min(rows, part.examples.size() - first);
    domains::gather(*part.domain, std::span(part.examples).subspan(first, count), tile);
    see(first, tile, passes_.forward(passes_.tape(id), tile.inputs, {}));
  });
  passes_.note_missing_forms();
}

/// Gives every rank the numbers of all tiles: `each` for a tile, fewer for the last if its rows are fewer.
template <class Number>
void Evaluation::share(std::size_t tiles, std::size_t each, std::span<Number> numbers) const {
  std::vector<RankBlock> blocks;
  for (int rank = 0; rank < ranks_.count(); ++rank) {
    const TaskRange of_rank = ranks_.tasks_of(rank, static_cast<int>(tiles));
    const std::size_t first = std::min(static_cast<std::size_t>(of_rank.first) * each, numbers.size());
    const std::size_t end = std::min(static_cast<std::size_t>(of_rank.end) * each, numbers.size());
    blocks.push_back({rank, std::as_writable_bytes(numbers.subspan(first, end - first))});
  }
  ranks_.share(blocks);
}

Score Evaluation::operator()(const domains::Part& part, const Objective& objective, TensorSpan all) {
  if (part.examples.empty()) return {};
  const std::size_t rows = static_cast<std::size_t>(model_.tile_rows);
  const std::size_t chunks = (part.examples.size() + rows - 1) / rows;
  const bool numbers = task_ == domains::Task::regress;
  const std::size_t targets = static_cast<std::size_t>(part.domain->targets);
  std::vector<double> losses(chunks), residuals(numbers ? chunks * targets : 0);
  std::vector<Index> right(chunks);
  for_each_tile(part, [&](std::size_t first, const DomainRows& tile, Var outputs) {
    const std::size_t chunk = first / rows;
    const Index count = tile.size();
    const Var loss = objective.loss(outputs, tile.targets(0, count), count);
    losses[chunk] = static_cast<double>(loss.value()[0]) * static_cast<double>(count);
    if (numbers)
      nn::add_squared_errors(outputs.value(), tile.target_values,
                             std::span(residuals).subspan(chunk * targets, targets));
    else if (task_ == domains::Task::multilabel)
      right[chunk] = nn::correct_labels(outputs.value(), tile.target_values);
    else
      right[chunk] = nn::correct(outputs.value(), tile.labels);
    if (all) all.rows(static_cast<Index>(first), count).array() = outputs.value().array();
  });
  share(chunks, 1, std::span(losses));
  share(chunks, 1, std::span(right));
  if (numbers) share(chunks, targets, std::span(residuals));
  if (all) share(chunks, rows * static_cast<std::size_t>(model_.outputs), numbers_of(all));
  double loss = 0;
  Index all_right = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    loss += losses[chunk];
    all_right += right[chunk];
  }
  const double examples = static_cast<double>(part.examples.size());
  if (numbers) return {loss / examples, mean_r_squared(part, residuals)};
  const double each = task_ == domains::Task::multilabel ? static_cast<double>(targets) : 1;
  return {loss / examples, static_cast<double>(all_right) / (examples * each)};
}

Tensor Evaluation::outputs(const domains::Part& part) {
  Tensor all({static_cast<Index>(part.examples.size()), model_.outputs});
  if (part.examples.empty()) return all;
  for_each_tile(part, [&](std::size_t first, const DomainRows& tile, Var outputs) {
    all.span().rows(static_cast<Index>(first), tile.size()).array() = outputs.value().array();
  });
  const std::size_t rows = static_cast<std::size_t>(model_.tile_rows);
  const std::size_t tiles = (part.examples.size() + rows - 1) / rows;
  share(tiles, rows * static_cast<std::size_t>(model_.outputs), numbers_of(all.span()));
  return all;
}

}  // namespace sand::experiments
