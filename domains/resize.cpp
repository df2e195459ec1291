#include "domains/resize.h"

#include <algorithm>
#include <cmath>

namespace sand::domains {
namespace {

constexpr int kBits = 22;  // fraction bits of a weight: 255 times a sum of weights still fits 31 bits

/// Most neighbours that can have a weight when `size` pixels become `side`.
int most_taps(int size, int side) {
  return 2 * ((size + side - 1) / std::max(1, std::min(size, side)) + 1) + 1;
}

/// Resizes an axis of `size` pixels to `side`. Stores for each new pixel the first neighbour, the number of
/// neighbours and their weights.
class Axis {
 public:
  Axis(int size, int side, std::int32_t* memory) : stride_(2 + most_taps(size, side)), memory_(memory) {
    const double step = static_cast<double>(size) / side;  // old pixels per new pixel
    const double reach = std::max(1.0, step);              // half the width of the triangle
    for (int i = 0; i < side; ++i) {
      const double centre = (i + 0.5) * step;
      const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
      const int end = std::min(size, static_cast<int>(centre + reach + 0.5));
      const auto height = [&](int j) { return std::max(0.0, 1 - std::fabs((j + 0.5 - centre) / reach)); };
      double sum = 0;
      for (int j = first; j < end; ++j) sum += height(j);
      std::int32_t* to = memory_ + i * stride_;
      *to++ = first;
      *to++ = end - first;
      for (int j = first; j < end; ++j)
        *to++ = static_cast<std::int32_t>(height(j) / sum * (1 << kBits) + 0.5);
    }
  }

  /// New pixel i of a line of old pixels, `step` bytes apart.
  std::uint8_t operator()(int i, const std::uint8_t* line, Index step) const {
    const std::int32_t* at = memory_ + i * stride_;
    line += at[0] * step;
    const std::int32_t count = at[1];
    at += 2;
    std::int32_t sum = 1 << (kBits - 1);
    for (std::int32_t j = 0; j < count; ++j) sum += at[j] * line[j * step];
    return static_cast<std::uint8_t>(std::min(sum >> kBits, 255));
  }

 private:
  Index stride_;
  std::int32_t* memory_;
};

std::size_t axis_numbers(int size, int side) {
  return static_cast<std::size_t>(side) * static_cast<std::size_t>(2 + most_taps(size, side));
}

}  // namespace

std::size_t resize_scratch(int width, int height, int side) {
  return (axis_numbers(width, side) + axis_numbers(height, side)) * sizeof(std::int32_t) +
         static_cast<std::size_t>(height) * side;
}

void resize(const RgbView& from, int side, std::span<std::uint8_t> to, std::span<std::byte> scratch) {
  std::int32_t* numbers = reinterpret_cast<std::int32_t*>(scratch.data());
  const Axis across(from.width, side, numbers);
  numbers += axis_numbers(from.width, side);
  const Axis along(from.height, side, numbers);
  numbers += axis_numbers(from.height, side);
  std::uint8_t* narrow = reinterpret_cast<std::uint8_t*>(numbers);  // [height, side], one channel
  std::uint8_t* out = to.data();
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < from.height; ++y) {
      const std::uint8_t* line = from.first + channel * from.channel + y * from.row;
      for (int x = 0; x < side; ++x) narrow[y * side + x] = across(x, line, from.pixel);
    }
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) *out++ = along(y, narrow + x, side);
  }
}

}  // namespace sand::domains
