// Memory that is taken piece by piece and given back all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// Grows while it must; after `clear()` the same sequence of takes fits into what is there, so a steady state allocates
/// nothing. Addresses stay valid until `clear()`.
class Arena {
 public:
  /// Uninitialised memory on a cache line of its own.
  void* take(std::size_t bytes);
  TensorSpan tensor(const Shape& shape) {
    return {static_cast<Scalar*>(take(static_cast<std::size_t>(shape.size()) * sizeof(Scalar))), shape};
  }
  void clear();
  /// Clears, and makes room for at least so many bytes in one block.
  void clear(std::size_t room);
  std::size_t bytes() const { return total_; }  ///< held in all

 private:
  std::vector<Tensor> blocks_;  // the last one is being used up
  std::size_t used_ = 0;        // bytes of the last block
  std::size_t total_ = 0;
};

}  // namespace sand
