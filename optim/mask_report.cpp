#include "optim/mask_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "optim/agreement.h"

namespace sand::optim {
namespace {

MaskCounts count(const GradientTable& table, const Slot& slot, const Direction& direction,
                 std::span<const Scalar> before, std::span<const Scalar> after) {
  MaskCounts counts;
  counts.name = slot.name;
  counts.weights = slot.shape.size();
  counts.sign_balance.resize(static_cast<std::size_t>(table.domains()) + 1);
  const Index end = slot.offset + slot.shape.size();
  for (Index first = slot.offset; first < end; first += Agreement::kColumns) {
    const int columns = static_cast<int>(std::min<Index>(Agreement::kColumns, end - first));
    Agreement agreement(table, first, columns);
    agreement.measure_variance();
    for (int j = 0; j < columns; ++j) {
      const auto weight = static_cast<std::size_t>(first + j);
      const Scalar m = direction.has_mask() ? direction.mask[first + j] : Scalar{1};
      ++(m == 0 ? counts.closed : m < 0.99 ? counts.partial : counts.open);
      counts.moved_closed += m == 0 && !before.empty() && before[weight] != after[weight];
      counts.zero_variance += agreement.variance(j) == 0;
      ++counts.sign_balance[static_cast<std::size_t>(std::abs(agreement.balance(j)))];
    }
    for (int e = 0; e < table.domains(); ++e)
      counts.zero_gradients += std::count(agreement.row(e), agreement.row(e) + columns, Scalar{0});
  }
  return counts;
}

void add(const MaskCounts& part, MaskCounts& total) {
  using C = MaskCounts;
  for (const auto field : {&C::weights, &C::closed, &C::partial, &C::open, &C::moved_closed,
                           &C::zero_gradients, &C::zero_variance})
    total.*field += part.*field;
  for (std::size_t i = 0; i < total.sign_balance.size(); ++i) total.sign_balance[i] += part.sign_balance[i];
}

std::string line(const MaskCounts& counts, int name_width) {
  std::array<char, 256> numbers;
  std::snprintf(numbers.data(), numbers.size(), "%10td %8.2f%% %8.2f%% %8.2f%% %13td %15td %14td\n",
                counts.weights, 100 * counts.fraction(counts.closed), 100 * counts.fraction(counts.partial),
                100 * counts.fraction(counts.open), counts.moved_closed, counts.zero_gradients,
                counts.zero_variance);
  std::string name = counts.name;
  name.resize(std::max(name.size(), static_cast<std::size_t>(name_width)), ' ');
  return name + numbers.data();
}

}  // namespace

MaskReport::MaskReport(const GradientTable& table, const Direction& direction, std::span<const Scalar> before,
                       std::span<const Scalar> after) {
  const auto columns = static_cast<std::size_t>(table.columns());
  check(
      direction.values.size() == table.columns() && before.size() == after.size() &&
          (before.empty() || before.size() == columns),
      [&] {
        return Error(
                   Fault::usage,
                   "mask report: direction and parameters must have as many numbers as the table has columns")
            .fact("table", std::to_string(columns))
            .fact("direction", std::to_string(direction.values.size()))
            .fact("before", std::to_string(before.size()))
            .fact("after", std::to_string(after.size()));
      });
  total.name = "total";
  total.sign_balance.resize(static_cast<std::size_t>(table.domains()) + 1);
  for (const Slot& slot : table.slots()) {
    slots.push_back(count(table, slot, direction, before, after));
    add(slots.back(), total);
  }
}

std::string MaskReport::text() const {
  std::size_t width = total.name.size();
  for (const MaskCounts& slot : slots) width = std::max(width, slot.name.size());
  std::string table(width, ' ');
  table += "   weights     m = 0   partial m >= 0.99  moved at m=0  zero gradients  zero variance\n";
  for (const MaskCounts& slot : slots) table += line(slot, static_cast<int>(width));
  table += line(total, static_cast<int>(width));
  table += "weights by |n_plus - n_minus|, 0 to " + std::to_string(total.sign_balance.size() - 1) + ":";
  for (const Index weights : total.sign_balance) table += " " + std::to_string(weights);
  return table + "\n";
}

}  // namespace sand::optim
