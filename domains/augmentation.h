// A picture in another way each time it is seen: what DomainBed does to the photos it trains on.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/random.h"
#include "tensor/scalar.h"

namespace sand::domains {

/// Writes to `out` [3, side, side], in 0 .. 1, what `random` makes of `image` [3, side, side], as torchvision
/// does it in DomainBed (arXiv 2007.01434, appendix D): a crop of 0.7 to 1 of the area with sides in a ratio
/// of 3/4 to 4/3, resized; mirrored in one case of two; brightness, contrast and saturation times 0.7 to 1.3
/// and the hue turned by up to 0.3 of the circle, in any order; grey in one case of ten. The crop is of the
/// stored image, not of the file: each of its sides is enlarged by 38 % at most, and an image need not be
/// kept larger than a network sees it.
void augment(std::span<const std::uint8_t> image, int side, Random random, std::span<Scalar> out);

}  // namespace sand::domains
