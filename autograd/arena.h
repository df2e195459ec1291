// Memory allocated piece by piece and freed all at once.
#pragma once

#include <cstddef>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// Grows when needed. After `clear()` the same sequence of calls reuses the memory, so a steady state
/// allocates nothing. Addresses stay valid until `clear()`.
class Arena {
 public:
  /// Uninitialised memory on cache lines of its own.
  void* take(std::size_t bytes);
  /// The same, or memory of exactly this size given back by `spare`, which may still be in the caches.
  TensorSpan tensor(const Shape& shape);
  /// Lets later tensors reuse this memory.
  void spare(TensorSpan tensor) { spared_.push_back(tensor); }
  void clear();
  /// Clears, and reserves as much memory as `other` used, so that the same sequence of calls allocates
  /// nothing here.
  void make_room_like(const Arena& other);
  std::size_t bytes() const { return total_; }  ///< of all blocks

 private:
  void clear(std::size_t room);

  std::vector<Tensor> blocks_;  // the last one is in use
  std::vector<TensorSpan> spared_;
  std::size_t used_ = 0;  // bytes of the last block
  std::size_t total_ = 0;
};

}  // namespace sand
