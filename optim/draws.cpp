#include "optim/draws.h"

#include <span>

#include "tensor/normal.h"
#include "tensor/random.h"

namespace sand::optim {

void uniform_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers) {
  const GradientTable& table = agreement.table();
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(table.seed),
                                            static_cast<std::uint32_t>(table.seed >> 32)};
  const Index first = agreement.first(), columns = agreement.columns(), skipped = first % 4;
  // Whole eights of counters, each for four columns; those before the first and after the last are not used.
  std::array<std::uint32_t, Agreement::kColumns + 32> words;
  const auto eights = static_cast<std::size_t>((skipped + columns + 31) / 32);
  philox_run({0, stream, table.step, static_cast<std::uint32_t>(first / 4)}, key,
             std::span(words).first(32 * eights));
  const std::uint32_t* const bits = words.data() + skipped;
  for (Index j = 0; j < columns; ++j) numbers[static_cast<std::size_t>(j)] = (bits[j] + 0.5) * 0x1p-32;
}

void normal_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers) {
  NumberByColumn shares{};
  uniform_by_column(agreement, stream, shares);
  const std::size_t eights = static_cast<std::size_t>(agreement.columns() + 7) / 8 * 8;
  normal_quantiles(std::span(shares).first(eights), std::span(numbers).first(eights));
}

}  // namespace sand::optim
