// Gradient tables for the tests of optim/.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "autograd/gradient_table.h"
#include "tensor/random.h"

namespace sand::optim {

/// One slot "w"; rows[e][j] is the gradient of weight j in domain e.
inline GradientTable table_of(const std::vector<std::vector<double>>& rows) {
  Parameters parameters;
  parameters.add("w", {static_cast<Index>(rows[0].size())});
  GradientTable table(parameters.slots(), static_cast<int>(rows.size()));
  for (int e = 0; e < table.domains(); ++e)
    for (std::size_t j = 0; j < rows[0].size(); ++j)
      table.row(e)[j] = static_cast<Scalar>(rows[static_cast<std::size_t>(e)][j]);
  return table;
}

/// Normal gradients around a common one, `spread` apart, both scaled by a random power of ten for every
/// weight.
inline GradientTable random_table(const std::vector<Index>& sizes, int domains, double spread,
                                  Random& random) {
  Parameters parameters;
  for (std::size_t slot = 0; slot < sizes.size(); ++slot)
    parameters.add("slot" + std::to_string(slot), {sizes[slot]});
  GradientTable table(parameters.slots(), domains);
  for (Index j = 0; j < table.columns(); ++j) {
    const double common = random.normal(), scale = std::exp2(random.uniform(-20, 10));
    for (int e = 0; e < domains; ++e)
      table.row(e)[static_cast<std::size_t>(j)] =
          static_cast<Scalar>(scale * (common + spread * random.normal()));
  }
  return table;
}

/// The same rows in another order.
inline GradientTable permuted(const GradientTable& table, const std::vector<std::uint32_t>& order) {
  GradientTable result(table.slots(), table.domains());
  for (int e = 0; e < table.domains(); ++e) {
    const auto row = table.row(static_cast<int>(order[static_cast<std::size_t>(e)]));
    std::copy(row.begin(), row.end(), result.row(e).begin());
  }
  return result;
}

/// Compares bits, not values: NaN equals itself and -0 differs from 0.
inline bool same_bits(TensorView a, TensorView b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(Scalar)) == 0;
}

inline bool same_bits(Scalar a, Scalar b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace sand::optim
