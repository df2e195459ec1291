#include "optim/draws.h"

#include "tensor/random.h"

namespace sand::optim {

void uniform_by_column(const Agreement& agreement, std::uint32_t stream,
                       std::array<double, Agreement::kColumns>& numbers) {
  const GradientTable& table = agreement.table();
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(table.seed),
                                            static_cast<std::uint32_t>(table.seed >> 32)};
  std::array<std::uint32_t, 4> words{};
  for (Index j = agreement.first(), end = j + agreement.columns(); j < end; ++j) {
    if (j == agreement.first() || j % 4 == 0)
      words = philox({0, stream, table.step, static_cast<std::uint32_t>(j / 4)}, key);
    numbers[static_cast<std::size_t>(j - agreement.first())] =
        (words[static_cast<std::size_t>(j % 4)] + 0.5) * 0x1p-32;
  }
}

}  // namespace sand::optim
