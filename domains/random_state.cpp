#include "domains/random_state.h"

#include <bit>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "tensor/elementary.h"
#include "tensor/error.h"

namespace sand::domains {

double RandomState::random_sample() {
  const std::uint64_t high = word() >> 5;  // 27 bits
  const std::uint64_t low = word() >> 6;   // 26 bits
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

double RandomState::uniform(double low, double high) { return low + (high - low) * random_sample(); }

std::int64_t RandomState::randint(std::int64_t low, std::int64_t high) {
  check(low < high, [&] {
    return Error(Fault::usage, "randint: low must be less than high")
        .fact("low", std::to_string(low))
        .fact("high", std::to_string(high));
  });
  // Unsigned, because high - low may exceed the largest signed number.
  const std::uint64_t start = static_cast<std::uint64_t>(low);
  return static_cast<std::int64_t>(start + up_to(static_cast<std::uint64_t>(high) - start - 1));
}

double RandomState::randn() {
  if (std::exchange(has_spare_normal_, false)) return spare_normal_;
  double x = 0, y = 0, square = 0;
  do {
    x = 2 * random_sample() - 1;
    y = 2 * random_sample() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * sand::log(square) / square);
  spare_normal_ = scale * x;
  has_spare_normal_ = true;
  return scale * y;  // the second coordinate is returned first
}

void RandomState::shuffle(std::span<std::uint32_t> numbers) {
  for (std::size_t last = numbers.size(); last-- > 1;) std::swap(numbers[last], numbers[up_to(last)]);
}

std::vector<std::uint32_t> RandomState::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order);
  return order;
}

std::uint64_t RandomState::up_to(std::uint64_t last) {
  if (last == 0) return 0;  // draws nothing
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(last);
  for (;;) {
    std::uint64_t bits = word();
    if (last >> 32 != 0) bits = bits << 32 | word();
    if ((bits & mask) <= last) return bits & mask;
  }
}

}  // namespace sand::domains
