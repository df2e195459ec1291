#include "autograd/two_phases.h"

#include <algorithm>
#include <string_view>

namespace sand {
namespace {

/// Makes room for the rows of a domain, each of the shape of `tile`'s rows.
void make_room(Tensor& rows, const Shape& tile, Index count) {
  const Shape shape = tile.with_rows(count);
  if (rows.data() == nullptr || rows.shape() != shape) rows = Tensor(shape);
}

void copy(TensorView from, TensorSpan to) { to.array() = from.array(); }

std::span<std::byte> bytes_of(TensorSpan rows) {
  return std::as_writable_bytes(std::span(rows.data(), static_cast<std::size_t>(rows.size())));
}

/// The tiles of this rank.
TaskRange own(const std::vector<TwoPhases::Part>& parts, const Ranks& ranks) {
  const auto before = [&](const TwoPhases::Part& part) { return part.owner < ranks.rank(); };
  const auto up_to = [&](const TwoPhases::Part& part) { return part.owner <= ranks.rank(); };
  return {static_cast<int>(std::count_if(parts.begin(), parts.end(), before)),
          static_cast<int>(std::count_if(parts.begin(), parts.end(), up_to))};
}

}  // namespace

Var features_of(Var outputs) {
  const Tape::Entry last = outputs.tape().entry(outputs.index());
  check(std::string_view(last.doc.name) == "linear", [&] {
    return Error(Fault::usage, "features: the network must end with a linear layer")
        .fact("ends with", last.doc.name)
        .hint("an objective that compares features reads the input of the last linear layer");
  });
  return outputs.tape().input(outputs, 0);
}

void backward(Var outputs, const Seeds& seeds, Index first, Index rows) {
  Tape& tape = outputs.tape();
  if (seeds.features.data() != nullptr)
    tape.add_gradient(features_of(outputs), seeds.features.view().rows(first, rows));
  tape.backward(outputs, seeds.outputs.view().rows(first, rows));
}

void TwoPhases::forward(const Passes& passes, const std::vector<Part>& parts, const Batch& batch,
                        std::uint64_t seed, bool features, const Threads& threads, const Ranks& ranks) {
  if (tapes_.size() < parts.size()) tapes_.resize(parts.size());
  const auto pass = [&](std::size_t i) {
    const Part& part = parts[i];
    const Tile tile{batch.domains[static_cast<std::size_t>(part.domain)], part.first, part.rows, batch.step};
    return passes.forward(tapes_[i], tile.inputs(), tile.draw(seed), part.gradient_row);
  };
  const TaskRange here = own(parts, ranks);
  ranks.work([&] {
    // a rank without tiles needs the shapes
    outputs_.assign(parts.size(), pass(here.first < here.end ? static_cast<std::size_t>(here.first) : 0));
    threads.run(std::max(here.end - here.first - 1, 0), [&](int i, int) {
      const auto tile = static_cast<std::size_t>(here.first + 1 + i);
      outputs_[tile] = pass(tile);
    });
  });

  values_.resize(batch.domains.size());
  features_.resize(batch.domains.size());
  seeds_.resize(batch.domains.size());
  blocks_.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto domain = static_cast<std::size_t>(parts[i].domain);
    const auto keep = [&](Var seen, Tensor& all) {
      make_room(all, seen.shape(), batch.domains[domain].size());
      const TensorSpan rows = all.span().rows(parts[i].first, parts[i].rows);
      if (parts[i].owner == ranks.rank()) copy(seen.value(), rows);
      if (!ranks.alone()) blocks_.push_back({parts[i].owner, bytes_of(rows)});
    };
    keep(outputs_[i], values_[domain]);
    if (features) keep(features_of(outputs_[i]), features_[domain]);
  }
  ranks.share(blocks_);
}

double TwoPhases::objective(const DomainObjective& objective, const Batch& batch, const Moment& at,
                            std::span<double> losses) {
  small_.start(none_);
  std::vector<DomainOutputs> domains;
  std::vector<Var> means;
  const auto leaf = [&](const Tensor& value, Tensor& seed) {
    make_room(seed, value.shape(), value.shape().rows());
    seed.array().setZero();
    return small_.variable(value, seed);
  };
  for (std::size_t e = 0; e < batch.domains.size(); ++e) {
    const Targets targets = batch.domains[e].targets(0, batch.domains[e].size());
    const Var outputs = leaf(values_[e], seeds_[e].outputs);
    const Var features = objective.sees_features() ? leaf(features_[e], seeds_[e].features) : outputs;
    if (!objective.sees_features()) seeds_[e].features = Tensor();  // another objective may have left one
    domains.push_back({outputs, features, targets});
    means.push_back(objective.loss(outputs, targets, batch.domains[e].size()));
    losses[e] = static_cast<double>(means.back().value()[0]);
  }
  const Total total = objective.total(domains, means, at);
  const Scalar scale = static_cast<Scalar>(batch.domains.size());
  small_.backward(total.objective, TensorView(&scale, Shape{}));
  penalty_ = total.penalty;
  return static_cast<double>(total.objective.value()[0]);
}

void TwoPhases::backward(const std::vector<Part>& parts, const Threads& threads, const Ranks& ranks) {
  const TaskRange here = own(parts, ranks);
  const auto begin_here = static_cast<std::size_t>(here.first), end_here = static_cast<std::size_t>(here.end);
  std::vector<std::size_t> first;  // tile of every shard
  for (std::size_t i = begin_here; i < end_here; ++i)
    if (i == begin_here || parts[i].shard != parts[i - 1].shard) first.push_back(i);
  first.push_back(end_here);
  ranks.run(threads, {0, static_cast<int>(first.size()) - 1}, [&](int shard, int) {
    const auto begin = static_cast<std::size_t>(shard);
    for (std::size_t i = first[begin]; i < first[begin + 1]; ++i) {
      const Part& part = parts[i];
      sand::backward(outputs_[i], seeds_[static_cast<std::size_t>(part.domain)], part.first, part.rows);
    }
  });
}

}  // namespace sand
