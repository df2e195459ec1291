#include "experiments/training/evaluation.h"

#include <algorithm>

#include "nn/scores.h"

namespace sand::experiments {

Evaluation::Evaluation(const Model& model, const Threads& threads)
    : model_(model), threads_(threads), workers_(static_cast<std::size_t>(threads.count())) {}

Score Evaluation::operator()(const domains::Part& part, const Objective& objective) {
  if (part.examples.empty()) return {};
  const std::size_t rows = static_cast<std::size_t>(model_.tile_rows);
  const std::size_t chunks = (part.examples.size() + rows - 1) / rows;
  std::vector<double> losses(chunks);
  std::vector<Index> right(chunks);
  if (!dry_run_done_) dry_run(part);
  prepared_.prepare(model_.parameters, threads_);
  threads_.run(static_cast<int>(chunks), [&](int task, int id) {
    const std::size_t chunk = static_cast<std::size_t>(task);
    Worker& worker = workers_[static_cast<std::size_t>(id)];
    const std::size_t first = chunk * rows;
    const std::size_t count = std::min(rows, part.examples.size() - first);
    domains::gather(*part.domain, std::span(part.examples).subspan(first, count), worker.rows);
    worker.tape.start(model_.parameters, {}, &prepared_);
    const Var outputs = model_.network(worker.tape.constant(worker.rows.inputs), {});
    const Var loss = objective.loss(outputs, worker.rows.labels, static_cast<Index>(count));
    losses[chunk] = static_cast<double>(loss.value()[0]) * static_cast<double>(count);
    right[chunk] = nn::correct(outputs.value(), worker.rows.labels);
  });
  for (const Worker& worker : workers_) prepared_.add(worker.tape.missing_forms());
  double loss = 0;
  Index all_right = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    loss += losses[chunk];
    all_right += right[chunk];
  }
  const double examples = static_cast<double>(part.examples.size());
  return {loss / examples, static_cast<double>(all_right) / examples};
}

/// One row goes forward, so that the forms of weights are known before the first part, and not made by every worker.
void Evaluation::dry_run(const domains::Part& part) {
  Worker alone;
  domains::gather(*part.domain, std::span(part.examples).first(1), alone.rows);
  alone.tape.start(model_.parameters);
  model_.network(alone.tape.constant(alone.rows.inputs), {});
  prepared_.add(alone.tape.missing_forms());
  dry_run_done_ = true;
}

}  // namespace sand::experiments
