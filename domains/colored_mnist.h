// ColoredMNIST: the colour of a digit predicts the label better than its shape does. In the last domain the
// colour predicts the opposite label.
#pragma once

#include <cstdint>
#include <memory>

#include "domains/domain.h"
#include "domains/mnist.h"

namespace sand::domains {

// Both data sets: label y = (digit < 5), flipped with probability 0.25; in other collections than digits, y
// says whether a class is of their first half. Colour = y, flipped with the domain's probability e. An
// example has two channels of grey / 255; channel number 1 - colour is zero. Shape alone predicts at most 75
// % of the labels, colour 1 - e. Shuffle and flips are functions of `seed`. The digits are shared, not
// copied. Throws Error(usage) for fewer than 6 digits.

/// DomainBed's version (arXiv 2007.01434): shuffles all digits and deals them to the domains "+90%", "+80%",
/// "-90%" with e = 0.1, 0.2, 0.9. Examples [2, 28, 28]; with `half` every second pixel, [2, 14, 14], and the
/// name "ColoredMNIST-14".
DataSet colored_mnist(std::shared_ptr<const Digits> digits, std::uint64_t seed, bool half = false);

/// The IRM paper's version (arXiv 1907.02893), for the training digits of MNIST. The first 5/6 are shuffled;
/// every second one goes to domain "e=0.2", the rest to "e=0.1". The last 1/6 are "e=0.9", the test domain.
/// Keeps every second pixel: examples [2, 14, 14].
DataSet colored_mnist_irm(std::shared_ptr<const Digits> digits, std::uint64_t seed);

/// The same examples without their colour: both channels added, [1, h, w]; the name gets "-Gray". A network
/// trained on them is the paper's oracle, since it cannot see the colour.
DataSet without_colours(DataSet colored);

}  // namespace sand::domains
