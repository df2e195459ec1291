// Weights in the order in which the kernels read them: made once per step, shared read-only by all shards.
#pragma once

#include <vector>

#include "autograd/parameters.h"
#include "tensor/tensor.h"
#include "tensor/threads.h"

namespace sand {

/// The two packed forms of a weight w [out, in]; null where there are none.
struct PackedPair {
  const Scalar* transposed = nullptr;  ///< w^T [in, out], the right-hand side of the forward pass
  const Scalar* straight = nullptr;    ///< w [out, in], the right-hand side of the gradient by x
};

/// Packs every matrix among the parameters with the chosen kernels.
class PreparedWeights {
 public:
  /// Packs anew. Nothing is allocated after the first call for the same slots.
  void prepare(const Parameters& parameters, const Threads& threads);
  PackedPair operator[](const Slot& slot) const;

 private:
  struct Pair {
    Tensor transposed, straight;
  };
  std::vector<Pair> pairs_;  // by slot; empty tensors where a slot is no matrix
};

}  // namespace sand
