#include "domains/tables/table_rows.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <utility>

namespace sand::domains {
namespace {

constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::uint32_t kMostRows = std::uint32_t{1} << 31;

}  // namespace

TableRows::TableRows(std::vector<bool> is_category, std::uint64_t most_bytes)
    : is_category_(std::move(is_category)), most_bytes_(most_bytes) {
  while ((std::size_t{2} << shift_) * columns() * sizeof(Scalar) <= kChunkBytes) ++shift_;
}

std::optional<std::size_t> TableRows::add(std::uint32_t domain, std::span<const double> numbers) {
  if (domain == extents_.size()) add_domain();
  if (size_ >> shift_ == chunks_.size()) add_chunk();
  Extent* const extents = extents_[domain].data();
  Scalar* const row = chunks_.back().get() + (size_ & ((1u << shift_) - 1)) * columns();
  for (std::size_t column = 0; column < columns(); ++column) {
    const double number = numbers[column];
    Extent& extent = extents[column];
    if (std::isnan(extent.origin) && !std::isnan(number)) extent.origin = number;
    row[column] = static_cast<Scalar>(number - extent.origin);
    if (std::isinf(row[column])) return column;
    extent.least = std::min(extent.least, row[column]);  // not if it is NaN
    extent.greatest = std::max(extent.greatest, row[column]);
  }
  ++size_;
  return std::nullopt;
}

void TableRows::claim(std::uint64_t bytes) {
  bytes_ += bytes;
  check(bytes_ <= most_bytes_ && size_ < kMostRows, [&] { return too_large(); });
}

Error TableRows::too_large() const {
  return Error(Fault::resources, "table: the rows do not fit into memory")
      .fact("memory", "at most " + std::to_string(most_bytes_ >> 20) + " MiB")
      .fact("rows", std::to_string(size_) + " read so far, of " + std::to_string(columns()) + " numbers")
      .hint("leave columns out with --drop-columns, or rows");
}

void TableRows::add_domain() {
  claim(columns() * sizeof(Extent));
  std::vector<Extent>& extents = extents_.emplace_back(columns());
  for (std::size_t column = 0; column < columns(); ++column)
    if (is_category_[column]) extents[column].origin = 0;
}

void TableRows::add_chunk() {
  const std::size_t numbers = (std::size_t{1} << shift_) * columns();
  claim(numbers * sizeof(Scalar));
  try {
    chunks_.push_back(std::make_unique_for_overwrite<Scalar[]>(numbers));
  } catch (const std::bad_alloc&) {
    throw too_large();
  }
}

}  // namespace sand::domains
