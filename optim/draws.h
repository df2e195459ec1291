// Random numbers for the weights of a table.
#pragma once

#include <array>

#include "optim/agreement.h"

namespace sand::optim {

using NumberByColumn = std::array<double, Agreement::kColumns>;

/// One number from (0, 1) for each column, with 32 random bits: number j mod 4 of Random(seed, stream, step,
/// j / 4), with the table's seed and step and the column's number j.
void uniform_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers);

/// One number from N(0, 1) for each column: the quantiles of the uniform numbers.
void normal_by_column(const Agreement& agreement, std::uint32_t stream, NumberByColumn& numbers);

}  // namespace sand::optim
