#include "optim/by_column.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "optim/option.h"
#include "tensor/finite.h"
#include "tensor/sum.h"

namespace sand::optim {
namespace {

constexpr Index kChunkColumns = 16 * Agreement::kColumns;

}  // namespace

void ByColumn::lay_out(const GradientTable& table) {
  const std::vector<Slot>& slots = table.slots();
  const auto same = [](const Slot& slot, const Extent& extent) {
    return Extent{slot.offset, slot.shape.size()} == extent;
  };
  if (direction_.values.data() &&
      std::equal(slots.begin(), slots.end(), extents_.begin(), extents_.end(), same))
    return;
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
  mean_openings_.resize(extents_.size());
  scales_.resize(extents_.size());
  direction_.values = Tensor({table.columns()});
  if (mask_ != Mask::none) direction_.mask = Tensor({table.columns()});
}

const Direction& ByColumn::combine(const GradientTable& table, const Threads& threads) {
  check_domains(name(), fewest_domains_, table.domains());
  lay_out(table);
  const Threads team = table.columns() * table.domains() < kWorthATeam ? Threads(1) : threads;
  prepare(table, team);
  const int chunks = static_cast<int>(chunks_.size());
  std::atomic<bool> finite = true;
  const auto look = [&](const Chunk& chunk) {  // while it is in the cache
    if (!all_finite({direction_.values.data() + chunk.first, static_cast<std::size_t>(chunk.columns)}))
      finite = false;
  };
  team.run(chunks, [&](int task, int) {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(task)];
    combine(table, chunk);
    if (mask_ != Mask::rescaled) look(chunk);
  });
  if (mask_ == Mask::rescaled) {
    std::vector<double>::const_iterator opening = openings_.begin();
    for (std::size_t slot = 0; slot < extents_.size(); ++slot) {
      const Index columns = extents_[slot].columns;
      double open = 0;
      for (Index done = 0; done < columns; done += Agreement::kColumns) open += *opening++;
      mean_openings_[slot] = open / static_cast<double>(columns);
      scales_[slot] = static_cast<Scalar>(1 / (1e-10 + mean_openings_[slot]));
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
    const std::span<Scalar> values(direction_.values.data() + first, columns);
    Agreement agreement(table, first, static_cast<int>(columns));
    if (mask_ == Mask::none) {
      average(agreement, values, nullptr);
      continue;
    }
    const std::span<Scalar> mask(direction_.mask.data() + first, columns);
    open(agreement, mask, nullptr);
    average(agreement, values, nullptr);
    for (std::size_t j = 0; j < columns; ++j) values[j] *= mask[j];
    openings_[block] = sum(std::span<const Scalar>(mask));
  }
}

void ByColumn::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  for (int j = 0; j < agreement.columns(); ++j) values[j] = static_cast<Scalar>(agreement.mean(j));
  if (terms) terms->add_scalar("average", "a", values[0], "gbar, rounded to a weight's precision");
}

Terms ByColumn::explain(const GradientTable& table, Index column) const {
  Terms terms;
  Agreement agreement(table, column, 1);
  Scalar mask, value;
  if (mask_ != Mask::none) open(agreement, {&mask, 1}, &terms);
  average(agreement, {&value, 1}, &terms);
  if (mask_ == Mask::none) {
    terms.add_scalar("direction", "d", value, "a, the direction");
    return terms;
  }
  const Scalar masked = value * mask;
  terms.add_scalar("masked", "a m", masked, "a m");
  if (mask_ == Mask::plain) {
    terms.add_scalar("scale", "", 1, "");
    terms.add_scalar("rescaled_mask", "", mask, "");
    terms.add_scalar("direction", "d", masked, "a m, the direction");
    return terms;
  }
  const auto after = std::find_if(extents_.begin(), extents_.end(),
                                  [&](const Extent& slot) { return column < slot.first + slot.columns; });
  const auto slot = static_cast<std::size_t>(after - extents_.begin());
  terms.add("mask_mean", "mean m", mean_openings_[slot],
            "mean of m over the " + std::to_string(extents_[slot].columns) + " weights of the slot");
  terms.add_scalar("scale", "c", scales_[slot], "1 / (1e-10 + mean m), the rescale");
  terms.add_scalar("rescaled_mask", "m c", mask * scales_[slot], "the mask after the rescale");
  terms.add_scalar("direction", "d", masked * scales_[slot], "(a m) c, the direction");
  return terms;
}

}  // namespace sand::optim
