// How far the domains agree on each weight: sign counts, mean and variance of neighbouring columns of a
// gradient table.
#pragma once

#include <array>
#include <cstdlib>

#include "autograd/gradient_table.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {

/// Statistics over the E domains, column by column. Each has the same bits for every order of the domains.
/// Under g -> -g, balance and mean change sign exactly; under g -> 2^n g, mean and variance scale exactly.
class Agreement {
 public:
  /// Largest number of columns: 16 rows of them, and this object, stay in the L1 cache
  static constexpr int kColumns = 256;

  /// Reads columns first .. first + columns - 1 of every row.
  Agreement(const GradientTable& table, Index first, int columns);

  /// Reads the rows again, for `variance`. Sums squares around the mean, since a difference of two sums would
  /// cancel just where the domains agree.
  void measure_variance();

  const GradientTable& table() const { return table_; }            ///< as given to the constructor
  Index first() const { return first_; }                           ///< the number of the first column
  int domains() const { return rows_.rows; }                       ///< E
  int columns() const { return static_cast<int>(rows_.columns); }  ///< number of columns that it reads
  const kernels::Rows& rows() const { return rows_; }              ///< in these columns
  /// The part of a row in these columns.
  const Scalar* row(int domain) const { return rows_.data + domain * rows_.stride; }

  /// n_plus - n_minus, from -E to E. An exact zero and NaN count for neither sign.
  int balance(int j) const { return balance_[static_cast<std::size_t>(j)]; }
  bool unanimous(int j) const { return std::abs(balance(j)) == domains(); }  ///< s = 1
  /// s = |n_plus - n_minus| / E, in [0, 1].
  double agreement(int j) const { return static_cast<double>(std::abs(balance(j))) / domains(); }
  /// The least and the greatest gradient. NaN in a domain after the first does not count.
  Scalar least(int j) const { return low_[static_cast<std::size_t>(j)]; }
  Scalar greatest(int j) const { return high_[static_cast<std::size_t>(j)]; }  ///< See least.
  /// Not finite if a gradient is not finite.
  double mean(int j) const { return mean_[static_cast<std::size_t>(j)]; }
  /// Unbiased: divides by E - 1. Exactly 0 if all gradients are equal; NaN if there is one domain, or if a
  /// gradient is not finite.
  double variance(int j) const { return variance_[static_cast<std::size_t>(j)]; }

 private:
  const GradientTable& table_;
  Index first_;
  kernels::Rows rows_;
  alignas(64) std::array<int, kColumns> balance_;
  alignas(64) std::array<Scalar, kColumns> low_, high_;
  alignas(64) std::array<double, kColumns> grid_, mean_, variance_;
};

}  // namespace sand::optim
