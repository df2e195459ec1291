// The loop that optimizers share: over all parameters in pieces that stay in the L1 cache, in sequence or on
// several cores.
#pragma once

#include <algorithm>
#include <string>

#include "autograd/parameters.h"
#include "optim/combiner.h"

namespace sand::optim {

/// Numbers per piece: five blocks of that many floats fill an L1 cache of 32 KB.
inline constexpr Index kPiece = 1024;

/// Calls move(first, count) for every piece. Throws Error(usage) unless direction and parameters have
/// `expected` numbers.
template <class Move>
void for_each_piece(const char* optimizer, Index expected, const Parameters& parameters,
                    const Direction& direction, const Threads& threads, const Move& move) {
  check(parameters.size() == expected && direction.values.size() == expected, [&] {
    return Error(Fault::usage, std::string(optimizer) +
                                   ": parameters and direction must be as long as the optimizer's state")
        .fact("parameters", std::to_string(parameters.size()))
        .fact("direction", std::to_string(direction.values.size()))
        .fact("state", std::to_string(expected));
  });
  constexpr Index kTask = 16 * kPiece;  // a smaller task takes less time than its scheduling
  threads.run(static_cast<int>((expected + kTask - 1) / kTask), [&](int task, int) {
    const Index end = std::min(expected, (task + 1) * kTask);
    for (Index first = task * kTask; first < end; first += kPiece) move(first, std::min(kPiece, end - first));
  });
}

}  // namespace sand::optim
