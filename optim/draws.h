// Random numbers for the weights of a table.
#pragma once

#include <array>

#include "optim/agreement.h"

namespace sand::optim {

/// One number from (0, 1) for each column, with 32 random bits: number j mod 4 of Random(seed, stream, step,
/// j / 4), with the table's seed and step and the column's number j.
void uniform_by_column(const Agreement& agreement, std::uint32_t stream,
                       std::array<double, Agreement::kColumns>& numbers);

}  // namespace sand::optim
