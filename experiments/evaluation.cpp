#include "experiments/evaluation.h"

#include <algorithm>
#include <limits>

namespace sand::experiments {

Evaluation::Evaluation(Network network, const Parameters& parameters, const Threads& threads)
    : network_(std::move(network)), parameters_(parameters), threads_(threads), workers_(static_cast<std::size_t>(threads.count())) {}

Score Evaluation::operator()(const domains::Part& part, const Objective& objective) {
  if (part.examples.empty()) return {0, std::numeric_limits<double>::quiet_NaN()};
  constexpr std::size_t kRows = 64;  // predicted together: as in training, activations stay in a core's cache
  const std::size_t chunks = (part.examples.size() + kRows - 1) / kRows;
  std::vector<double> losses(chunks);
  std::vector<Index> right(chunks);
  prepared_.prepare(parameters_, threads_);
  threads_.run(static_cast<int>(chunks), [&](int task, int id) {
    const std::size_t chunk = static_cast<std::size_t>(task);
    Worker& worker = workers_[static_cast<std::size_t>(id)];
    const std::size_t first = chunk * kRows;
    const std::size_t count = std::min(kRows, part.examples.size() - first);
    domains::gather(*part.domain, std::span(part.examples).subspan(first, count), worker.rows);
    worker.tape.start(parameters_, {}, &prepared_);
    const Var outputs = network_(worker.tape.constant(worker.rows.inputs), {});
    const Var loss = objective.loss(outputs, worker.rows.labels, static_cast<Index>(count));
    losses[chunk] = static_cast<double>(loss.value()[0]) * static_cast<double>(count);
    right[chunk] = objective.correct(outputs.value(), worker.rows.labels);
  });
  for (const Worker& worker : workers_) prepared_.add(worker.tape.wishes());
  Score score;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    score.loss += losses[chunk];
    score.accuracy += static_cast<double>(right[chunk]);
  }
  const double examples = static_cast<double>(part.examples.size());
  return {score.loss / examples, score.accuracy / examples};
}

}  // namespace sand::experiments
