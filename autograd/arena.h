// Memory that is taken piece by piece and given back all at once.
#pragma once

#include <cstddef>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// Grows while it must; after `clear()` the same sequence of takes fits into what is there, so a steady state
/// allocates nothing. Addresses stay valid until `clear()`.
class Arena {
 public:
  /// Uninitialised memory on a cache line of its own.
  void* take(std::size_t bytes);
  /// The same, or what was given back by `spare` and has just this size: it may still be in the caches.
  TensorSpan tensor(const Shape& shape);
  /// From now on this memory may serve another tensor.
  void spare(TensorSpan tensor) { spared_.push_back(tensor); }
  void clear();
  /// Clears, and makes room for what `other` has held, so that the same takes allocate nothing here.
  void make_room_like(const Arena& other);
  std::size_t bytes() const { return total_; }  ///< held in all

 private:
  void clear(std::size_t room);

  std::vector<Tensor> blocks_;  // the last one is being used up
  std::vector<TensorSpan> spared_;
  std::size_t used_ = 0;  // bytes of the last block
  std::size_t total_ = 0;
};

}  // namespace sand
