// Random changes of a photo for training, as in DomainBed. Each call gives another variant.
#pragma once

#include <cstdint>
#include <span>

#include "tensor/random.h"
#include "tensor/scalar.h"

namespace sand::domains {

/// Writes to `out` [3, side, side], in 0 .. 1, a random variant of `image` [3, side, side], as torchvision
/// does it in DomainBed (arXiv 2007.01434, appendix D): a crop of 0.7 to 1 of the area with sides in a ratio
/// of 3/4 to 4/3, resized; mirrored with probability 1/2; brightness, contrast and saturation times 0.7 to
/// 1.3 and the hue shifted by up to 0.3 of the circle, in random order; grey with probability 1/10. The crop
/// is of the stored image, not of the file. It enlarges each side by at most 38 %, so an image can be stored
/// at the size of the network's input.
void augment(std::span<const std::uint8_t> image, int side, Random random, std::span<Scalar> out);

}  // namespace sand::domains
