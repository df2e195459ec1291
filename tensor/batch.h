// The rows drawn from every domain for one step: what domains/ hands to autograd/.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// One domain's rows of a batch.
struct DomainRows {
  Tensor inputs;                        ///< [n, ...]
  std::vector<std::int32_t> labels;     ///< [n], class numbers from 0
  std::vector<std::uint32_t> examples;  ///< [n], which example of the domain each row is: the key of its dropout
  Index size() const { return inputs.shape().rows(); }
};

/// One entry per domain, in the order of the domains.
struct Batch {
  std::vector<DomainRows> domains;
  std::uint32_t step = 0;  ///< part of the key of everything random in this step
};

}  // namespace sand
