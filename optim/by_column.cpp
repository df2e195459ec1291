#include "optim/by_column.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "tensor/finite.h"
#include "tensor/sum.h"

namespace sand::optim {
namespace {

constexpr Index kChunkColumns = 16 * Agreement::kColumns;
constexpr Index kWorthATeam = 1 << 16;  // gradients; fewer take less time than waking up other threads

}  // namespace

void ByColumn::lay_out(const GradientTable& table) {
  const std::vector<Slot>& slots = table.slots();
  const auto same = [](const Slot& slot, const Extent& extent) { return Extent{slot.offset, slot.shape.size()} == extent; };
  if (direction_.mask.data() && std::equal(slots.begin(), slots.end(), extents_.begin(), extents_.end(), same)) return;
  extents_.clear();
  chunks_.clear();
  std::size_t blocks = 0;
  for (const Slot& slot : slots) {
    const Index end = slot.offset + slot.shape.size();
    for (Index first = slot.offset; first < end; first += kChunkColumns) {
      const Index columns = std::min(kChunkColumns, end - first);
      chunks_.push_back({first, columns, extents_.size(), blocks});
      blocks += static_cast<std::size_t>((columns + Agreement::kColumns - 1) / Agreement::kColumns);
    }
    extents_.push_back({slot.offset, slot.shape.size()});
  }
  openings_.resize(blocks);
  scales_.resize(extents_.size());
  direction_ = {Tensor({table.columns()}), Tensor({table.columns()})};
}

const Direction& ByColumn::combine(const GradientTable& table, const Threads& threads) {
  check(table.domains() >= fewest_domains_, [&] {
    return Error(Fault::usage, std::string(name()) + ": fewer than " + std::to_string(fewest_domains_) + " training domains")
        .fact("found", std::to_string(table.domains()))
        .hint("one domain always agrees with itself: without a second one there is nothing to compare");
  });
  lay_out(table);
  const Threads team = table.columns() * table.domains() < kWorthATeam ? Threads(1) : threads;
  const int chunks = static_cast<int>(chunks_.size());
  std::atomic<bool> finite = true;
  const auto look = [&](const Chunk& chunk) {  // while it is in the cache
    if (!all_finite({direction_.values.data() + chunk.first, static_cast<std::size_t>(chunk.columns)})) finite = false;
  };
  team.run(chunks, [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    combine(table, chunk);
    if (!rescale_) look(chunk);
  });
  if (rescale_) {
    std::vector<double>::const_iterator opening = openings_.begin();
    for (std::size_t slot = 0; slot < extents_.size(); ++slot) {
      const Index columns = extents_[slot].columns;
      double open = 0;
      for (Index done = 0; done < columns; done += Agreement::kColumns) open += *opening++;
      scales_[slot] = static_cast<Scalar>(1 / (1e-10 + open / static_cast<double>(columns)));
    }
    team.run(chunks, [&](int task, int) {
      const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
      direction_.values.array().segment(chunk.first, chunk.columns) *= scales_[chunk.slot];
      look(chunk);
    });
  }
  direction_.finite = finite;
  return direction_;
}

void ByColumn::combine(const GradientTable& table, const Chunk& chunk) {
  std::size_t block = chunk.first_block;
  for (Index done = 0; done < chunk.columns; done += Agreement::kColumns, ++block) {
    const Index first = chunk.first + done;
    const auto columns = static_cast<std::size_t>(std::min<Index>(Agreement::kColumns, chunk.columns - done));
    const std::span<Scalar> mask(direction_.mask.data() + first, columns);
    const std::span<Scalar> values(direction_.values.data() + first, columns);
    Agreement agreement(table, first, static_cast<int>(columns));
    open(agreement, mask);
    average(agreement, values);
    for (std::size_t j = 0; j < columns; ++j) values[j] *= mask[j];
    openings_[block] = sum(std::span<const Scalar>(mask));
  }
}

void ByColumn::average(const Agreement& agreement, std::span<Scalar> values) const {
  for (int j = 0; j < agreement.columns(); ++j) values[j] = static_cast<Scalar>(agreement.mean(j));
}

}  // namespace sand::optim
