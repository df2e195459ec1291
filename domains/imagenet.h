// The normalisation of photos with the pixels of ImageNet.
#pragma once

#include <array>
#include <span>

#include "tensor/scalar.h"

namespace sand::domains {

inline constexpr std::array<double, 3> kImageNetMean{0.485, 0.456, 0.406},
    kImageNetDeviation{0.229, 0.224, 0.225};  ///< of each channel, in 0 .. 1

/// Turns a photo [3, h, w] with numbers in 0 .. 1 into (x - mean) / deviation.
inline void normalise_photo(std::span<Scalar> input) {
  const std::size_t pixels = input.size() / 3;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const Scalar mean = static_cast<Scalar>(kImageNetMean[channel]),
                 deviation = static_cast<Scalar>(kImageNetDeviation[channel]);
    for (Scalar& x : input.subspan(channel * pixels, pixels)) x = (x - mean) / deviation;
  }
}

}  // namespace sand::domains
