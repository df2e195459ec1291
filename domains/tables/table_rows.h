// The numbers of a table in memory: as many bytes as Scalars need, and a chunk and a few for each domain.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tensor/error.h"
#include "tensor/scalar.h"

namespace sand::domains {

/// Rows of numbers [n, columns] that grows in chunks. Keeps the distance of a number from the first one of
/// its domain in its column, the origin: a float holds 20260101.5 only to 2, but its distance from 20250101
/// to 0.001. So what one domain is rounded to does not depend on another.
class TableRows {
 public:
  /// What a domain has in a column.
  struct Extent {
    double origin = std::numeric_limits<double>::quiet_NaN();  ///< NaN before the first number
    Scalar least = std::numeric_limits<Scalar>::infinity();    ///< minus the origin, as the greatest
    Scalar greatest = -std::numeric_limits<Scalar>::infinity();
  };

  /// `most_bytes`: of memory. `is_category` [columns]: the origin is 0.
  TableRows(std::vector<bool> is_category, std::uint64_t most_bytes);

  /// Adds a row [columns] of a domain, known or the next one; NaN stands for a missing number. Returns the
  /// column, if any, with a number so far from the origin that a Scalar cannot hold the distance; then the
  /// row is not added. Throws Error(resources) if the memory is used up.
  std::optional<std::size_t> add(std::uint32_t domain, std::span<const double> numbers);

  std::uint32_t size() const { return size_; }
  std::size_t columns() const { return is_category_.size(); }
  std::span<const Extent> extents(std::uint32_t domain) const { return extents_[domain]; }  ///< [columns]
  /// [columns], each minus its origin
  std::span<const Scalar> operator[](std::uint32_t row) const {
    return {chunks_[row >> shift_].get() + (row & ((1u << shift_) - 1)) * columns(), columns()};
  }

 private:
  void claim(std::uint64_t bytes);
  Error too_large() const;
  void add_domain();
  void add_chunk();

  std::vector<bool> is_category_;
  std::uint64_t most_bytes_, bytes_ = 0;
  int shift_ = 0;  // a chunk has 2^shift_ rows
  std::uint32_t size_ = 0;
  std::vector<std::vector<Extent>> extents_;  // [domains][columns]
  std::vector<std::unique_ptr<Scalar[]>> chunks_;
};

}  // namespace sand::domains
