// RotatedMNIST: digits that every domain sees turned by another angle.
#pragma once

#include <cstdint>

#include "domains/domain.h"
#include "domains/mnist.h"
#include "tensor/threads.h"

namespace sand::domains {

/// DomainBed's (arXiv 2007.01434): all digits shuffled and dealt to the domains "0", "15", ..., "75", whose
/// images are turned by that many degrees, counter-clockwise about the centre of the image: bilinear, 0 where
/// nothing comes from, rounded to bytes (Pillow, with which DomainBed turns, cuts the fraction off: at most 1
/// darker). 10 classes, examples [1, 28, 28] of grey / 255. The shuffle is a function of `seed`. The images
/// are turned once and kept as bytes; `digits` is not kept. Throws Error(usage) for fewer than 6 digits.
DataSet rotated_mnist(const Digits& digits, std::uint64_t seed, const Threads& threads = Threads());

}  // namespace sand::domains
