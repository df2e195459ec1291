#include "autograd/domain_gradients.h"

#include <algorithm>
#include <cmath>

#include "autograd/gradients_elsewhere.h"
#include "autograd/tile.h"
#include "tensor/finite.h"
#include "tensor/sum.h"

namespace sand {
namespace {

/// Rows times weights; a smaller step ends before a second thread wakes up.
constexpr Index kWorthThreads = 1 << 18;

}  // namespace

Index DomainGradientsOptions::shards_of(Index rows, int domains) const {
  return std::min<Index>((rows + tile_rows - 1) / tile_rows, std::max(1, shards / domains));
}

DomainGradients::DomainGradients(Network network, const Parameters& parameters,
                                 const DomainGradientsOptions& options)
    : parameters_(parameters),
      options_(options),
      passes_(std::move(network), parameters, options.threads.count()) {
  check(options.tile_rows > 0 && options.shards > 0, [&] {
    return Error(Fault::usage, "domain gradients: tile_rows and shards must be positive")
        .fact("tile_rows", std::to_string(options.tile_rows))
        .fact("shards", std::to_string(options.shards));
  });
}

DomainGradients::~DomainGradients() = default;

void DomainGradients::cut(const Batch& batch) {
  const int domains = static_cast<int>(batch.domains.size());
  shards_.clear();
  int spare_rows = 0;
  for (int domain = 0; domain < domains; ++domain) {
    const DomainRows& rows = batch.domains[static_cast<std::size_t>(domain)];
    const bool values = rows.target_values.data() != nullptr;
    const auto one_each = [&](const auto& list) { return static_cast<Index>(list.size()) == rows.size(); };
    const bool targets = one_each(rows.labels) || (rows.labels.empty() && values);
    check(rows.size() > 0 && one_each(rows.examples) && targets &&
              (!values || rows.target_values.shape().rows() == rows.size()),
          [&] {
            return Error(Fault::usage,
                         "domain gradients: every domain needs at least one row, with an example number and "
                         "a label or target values each")
                .fact("domain", std::to_string(domain))
                .fact("inputs", rows.inputs.shape().text())
                .fact("labels", std::to_string(rows.labels.size()))
                .fact("target values", values ? rows.target_values.shape().text() : "none")
                .fact("examples", std::to_string(rows.examples.size()));
          });
    const Index tiles = (rows.size() + options_.tile_rows - 1) / options_.tile_rows;
    const Index shards = options_.shards_of(rows.size(), domains);
    for (Index shard = 0; shard < shards; ++shard) {
      const Index first = shard * tiles / shards * options_.tile_rows;
      const Index end = std::min((shard + 1) * tiles / shards * options_.tile_rows, rows.size());
      shards_.push_back({domain, first, end - first, shard == 0 ? -1 : spare_rows++});
    }
  }
  if (!table_ || table_->domains() != domains) table_.emplace(parameters_.slots(), domains);
  assign_ranks();
}

void DomainGradients::assign_ranks() {
  const int count = static_cast<int>(shards_.size());
  for (int i = 0; i < count; ++i) {
    Shard& shard = shards_[static_cast<std::size_t>(i)];
    shard.owner = options_.ranks.owner(i, count);
    shard.head = shard.spare < 0 ? shard.owner : shards_[static_cast<std::size_t>(i) - 1].head;
  }
}

/// A spare row for every shard that needs one.
void DomainGradients::make_rows() {
  const int spare = static_cast<int>(shards_.size()) - table_->domains();
  if (!spare_rows_ || spare_rows_->domains() < spare) spare_rows_.emplace(parameters_.slots(), spare);
}

const GradientTable& DomainGradients::operator()(const Batch& batch, const Objective& objective) {
  unchecked(batch, objective);
  const std::span<const double> losses = table_->losses();
  if (!std::isfinite(table_->objective) ||
      !std::all_of(losses.begin(), losses.end(), [](double loss) { return std::isfinite(loss); }))
    check_every_op(batch, objective);
  return *table_;
}

const GradientTable& DomainGradients::unchecked(const Batch& batch, const Objective& objective) {
  check(!batch.domains.empty(),
        [] { return Error(Fault::usage, "domain gradients: the batch has no domain"); });
  cut(batch);
  table_->seed = options_.seed;
  table_->step = batch.step;
  if (const SeveralPasses* const several = objective.several_passes())
    run_several(batch, *several);
  else
    run_once(batch, objective);
  for (const Slot& slot : options_.frozen)
    for (int domain = 0; domain < table_->domains(); ++domain)
      std::fill_n(table_->row(domain).begin() + slot.offset, slot.shape.size(), Scalar{0});
  return *table_;
}

void DomainGradients::run_once(const Batch& batch, const Objective& objective) {
  make_rows();
  Index rows = 0;
  for (const Shard& shard : shards_) rows += shard.rows;
  const Threads threads = rows * parameters_.size() < kWorthThreads ? Threads(1) : options_.threads;
  if (!passes_.ready()) {
    const Tile row{batch.domains[0], 0, 1, batch.step};
    passes_.dry_run(row.inputs(), row.draw(options_.seed), table_->row(0));
  }
  passes_.prepare(threads);
  if (sides_ != nullptr)
    sides_->resize(static_cast<std::size_t>((rows + options_.tile_rows - 1) / options_.tile_rows));
  if (!tiling_checked_) check_tiling(batch, objective);
  tiling_checked_ = true;
  if (const DomainObjective* const whole = objective.over_domains())
    run_two_phases(batch, *whole, threads);
  else
    run_shards(batch, objective, threads);
  fold(threads, false);
  share_rows();
  fold(threads, true);
  if (objective.over_domains() == nullptr) sum_losses();
}

std::span<Scalar> DomainGradients::row_of(const Shard& shard) {
  return shard.spare < 0 ? table_->row(shard.domain) : spare_rows_->row(shard.spare);
}

void DomainGradients::run_shards(const Batch& batch, const Objective& objective, const Threads& threads) {
  const TaskRange own = options_.ranks.own(static_cast<int>(shards_.size()));
  options_.ranks.run(threads, own, [&](int shard, int worker) {
    run(shards_[static_cast<std::size_t>(shard)], batch, objective, passes_.tape(worker));
  });
  passes_.note_missing_forms();
  passes_.make_room();
}

void DomainGradients::sum_losses() {
  const std::span<double> losses = table_->losses();
  std::fill(losses.begin(), losses.end(), 0.0);
  for (const Shard& shard : shards_) losses[static_cast<std::size_t>(shard.domain)] += shard.loss;
  table_->objective = sum(std::span<const double>(losses)) / table_->domains();
  table_->penalty = 0;
}

void DomainGradients::run_two_phases(const Batch& batch, const DomainObjective& objective,
                                     const Threads& threads) {
  std::vector<TwoPhases::Part> parts;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const Shard& shard = shards_[i];
    const std::span<Scalar> row = row_of(shard);
    std::fill(row.begin(), row.end(), Scalar{0});
    const Index end = shard.first + shard.rows;
    for (Index first = shard.first; first < end; first += options_.tile_rows)
      parts.push_back({shard.domain, static_cast<int>(i), shard.owner, first,
                       std::min(options_.tile_rows, end - first), row});
  }
  phases_.forward(passes_, parts, batch, options_.seed, objective.sees_features(), threads, options_.ranks);
  table_->objective =
      phases_.objective(objective, batch, {options_.seed, batch.step, carried_}, table_->losses());
  table_->penalty = phases_.penalty();
  phases_.backward(parts, threads, options_.ranks);
}

void DomainGradients::run_several(const Batch& batch, const SeveralPasses& objective) {
  if (!elsewhere_)
    elsewhere_ = std::make_unique<GradientsElsewhere>(passes_.network(), parameters_, options_);
  elsewhere_->start(batch, objective.base());
  objective.fill(*table_, *elsewhere_, {options_.seed, batch.step, carried_});
}

/// Runs one shard in sequence on one core; stops at a loss that is not finite.
void DomainGradients::run(Shard& shard, const Batch& batch, const Objective& objective, Tape& tape) {
  const std::span<Scalar> row = row_of(shard);
  std::fill(row.begin(), row.end(), Scalar{0});
  shard.loss = 0;
  const Index end = shard.first + shard.rows;
  for (Index first = shard.first; first < end; first += options_.tile_rows) {
    const Tile tile{batch.domains[static_cast<std::size_t>(shard.domain)], first,
                    std::min(options_.tile_rows, end - first), batch.step};
    SidesOfPass* const sides =
        sides_ == nullptr ? nullptr : &(*sides_)[static_cast<std::size_t>(first / options_.tile_rows)];
    const Var loss =
        tile.loss(passes_.forward(tape, tile.inputs(), tile.draw(options_.seed), row, sides), objective);
    shard.loss += static_cast<double>(loss.value()[0]);
    if (!std::isfinite(shard.loss)) return;
    tape.backward(loss);
  }
}

/// A rank that has the first shards of a domain has added their rows: their sum travels as one row. Later
/// shards of other ranks travel one by one, to be added in order.
void DomainGradients::share_rows() {
  if (options_.ranks.alone()) return;
  blocks_.clear();
  for (Shard& shard : shards_) {
    blocks_.push_back({shard.owner, std::as_writable_bytes(std::span(&shard.loss, 1))});
    if (shard.spare < 0 || shard.owner != shard.head)
      blocks_.push_back({shard.owner, std::as_writable_bytes(row_of(shard))});
  }
  options_.ranks.share(blocks_);
}

/// Adds rows of each domain's shards to the domain's own row, in the order of the shards, in blocks of
/// columns: first those of shards whose rank also has the domain's first shard; once rows are shared, those
/// of the others. Ranks have ranges of shards, so the others come later in the order, too.
void DomainGradients::fold(const Threads& threads, bool shared) {
  const int here = options_.ranks.rank();
  const auto now = [&](const Shard& shard) {
    const bool with_head = shard.owner == shard.head;
    return shard.spare >= 0 && with_head != shared && (shared || shard.owner == here);
  };
  if (std::none_of(shards_.begin(), shards_.end(), now)) return;
  constexpr Index kColumns = 4096;
  const int blocks = static_cast<int>((table_->columns() + kColumns - 1) / kColumns);
  threads.run(blocks, [&](int block, int) {
    const Index first = block * kColumns;
    const Index count = std::min(kColumns, table_->columns() - first);
    for (const Shard& shard : shards_) {
      if (!now(shard)) continue;
      Eigen::Map<FlatArray> sum(table_->row(shard.domain).data() + first, count);
      sum += Eigen::Map<const FlatArray>(spare_rows_->row(shard.spare).data() + first, count);
    }
  });
}

}  // namespace sand
