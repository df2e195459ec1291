// RotatedMNIST: digits, rotated by another angle in each domain.
#pragma once

#include <cstdint>

#include "domains/domain.h"
#include "domains/mnist.h"
#include "tensor/threads.h"

namespace sand::domains {

/// DomainBed's version (arXiv 2007.01434): shuffles all digits and deals them to the domains "0", "15", ...,
/// "75". Rotates their images by that many degrees, counter-clockwise about the centre of the image:
/// bilinear, 0 outside the source image, rounded to bytes. (DomainBed rotates with Pillow, which drops the
/// fraction: at most 1 darker.) The classes are those of the digits,
/// 10; examples [1, 28, 28] of grey / 255. The shuffle is a function of
/// `seed`. Rotates the images once and keeps them as bytes; does not keep `digits`. Throws Error(usage) for
/// fewer than 6 digits.
DataSet rotated_mnist(const Digits& digits, std::uint64_t seed, const Threads& threads = Threads());

}  // namespace sand::domains
