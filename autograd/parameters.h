// Every trainable number of a model in one flat block, with named slots.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace sand {

/// The place of one parameter tensor in the block.
struct Slot {
  std::string name;  ///< "linear0.weight"
  Shape shape;       ///< weights are [out, in, ...]
  Index offset = 0;  ///< of its first number in the block
  int index = 0;     ///< its position among the slots
};

/// Layers add their slots here when they are built; the optimizer moves the whole block at once.
class Parameters {
 public:
  /// Adds a slot of zeros at the end and returns it. Throws Error(usage) for a name that is taken.
  Slot add(const std::string& name, const Shape& shape);

  const std::vector<Slot>& slots() const { return slots_; }         ///< in the order in which they were added
  Index size() const { return static_cast<Index>(block_.size()); }  ///< total number of weights
  std::span<const Scalar> numbers() const { return block_; }        ///< all weights, [size()]
  std::span<Scalar> numbers() { return block_; }                    ///< the same, to write
  /// The weights of one slot, in its shape.
  TensorView operator[](const Slot& slot) const { return {block_.data() + slot.offset, slot.shape}; }
  /// The same, to write.
  TensorSpan operator[](const Slot& slot) { return {block_.data() + slot.offset, slot.shape}; }
  /// Throws Error(usage), with the names of all slots, if there is no such slot.
  const Slot& slot(const std::string& name) const;

 private:
  std::vector<Scalar> block_;
  std::vector<Slot> slots_;
};

}  // namespace sand
