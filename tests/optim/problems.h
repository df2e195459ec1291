// Random Gram matrices, with everything that makes them hard.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "tensor/random.h"
#include "tensor/scalar.h"

namespace sand::optim {

enum class Hardship { none, equal_rows, opposite_rows, zero_rows, unequal_lengths, nearly_equal_rows };
constexpr int kHardships = 6;

/// Normal rows [domains, rank] with one hardship.
inline Eigen::MatrixXd random_rows(Index domains, Index rank, Hardship hardship, Random& random) {
  Eigen::MatrixXd rows(domains, rank);
  for (double& number : rows.reshaped()) number = random.normal();
  const Index half = domains / 2;
  if (hardship == Hardship::equal_rows) rows.bottomRows(half) = rows.topRows(half).eval();
  if (hardship == Hardship::opposite_rows) rows.bottomRows(half) = -rows.topRows(half).eval();
  for (Index e = 0; e < domains; ++e) {
    if (hardship == Hardship::zero_rows && random.below(3) == 0) rows.row(e).setZero();
    if (hardship == Hardship::unequal_lengths) rows.row(e) *= std::pow(10.0, random.uniform(-4, 0));
    if (hardship == Hardship::nearly_equal_rows && e > 0) rows.row(e) = rows.row(0) + 1e-6 * rows.row(e);
  }
  return rows;
}

/// G = rows rows^T / trace, exactly symmetric.
inline Eigen::MatrixXd gram_of(const Eigen::MatrixXd& rows) {
  Eigen::MatrixXd gram = rows * rows.transpose();
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return gram.trace() > 0 ? Eigen::MatrixXd(gram / gram.trace()) : gram;
}

/// Calls body(G [E, E], rank) for `count` random matrices, with E in 1 .. most.
template <class Body>
void for_random_grams(int count, std::uint32_t most, const Body& body) {
  Random random(7);
  for (int round = 0; round < count; ++round) {
    const Index domains = 1 + static_cast<Index>(random.below(most));
    const Index rank = 1 + static_cast<Index>(random.below(static_cast<std::uint32_t>(domains)));
    body(gram_of(random_rows(domains, rank, static_cast<Hardship>(round % kHardships), random)), rank);
  }
}

}  // namespace sand::optim
