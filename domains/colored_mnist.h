// ColoredMNIST: digits whose colour says more about the label than their form does, and says the opposite in
// the last domain.
#pragma once

#include <cstdint>
#include <memory>

#include "domains/domain.h"
#include "domains/mnist.h"

namespace sand::domains {

// Both data sets: label y = (digit < 5), flipped with probability 0.25; colour = y, flipped with the domain's
// probability e; two channels of grey / 255 of which number 1 - colour is zero. The form gives 75 % at best,
// the colour 1 - e. Shuffle and flips are functions of `seed`; the digits are shared, not copied. Throws
// Error(usage) for fewer than 6 digits.

/// DomainBed's (arXiv 2007.01434): all digits shuffled and dealt to the domains "+90%", "+80%", "-90%" with e
/// = 0.1, 0.2, 0.9; examples [2, 28, 28].
DataSet colored_mnist(std::shared_ptr<const Digits> digits, std::uint64_t seed);

/// The IRM paper's (arXiv 1907.02893), for the training digits of MNIST: of the first 5/6, shuffled, every
/// other one makes the domain "e=0.2" and the rest "e=0.1"; the last 1/6 make "e=0.9", the test domain. Every
/// second pixel: examples [2, 14, 14].
DataSet colored_mnist_irm(std::shared_ptr<const Digits> digits, std::uint64_t seed);

}  // namespace sand::domains
