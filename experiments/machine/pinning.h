// Cores by number: which ones this process may run on, and a restriction to some of them. For speed only.
#pragma once

#include <vector>

namespace sand::experiments {

/// In ascending order; none if the system does not say.
std::vector<int> allowed_cores();

/// Keeps this process, and the threads that it starts later, on these cores. Does nothing for none, or if the
/// system refuses.
void pin_to(const std::vector<int>& cores);

}  // namespace sand::experiments
