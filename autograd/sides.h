// On which side of its kink an op was, at each place: of a ReLU, whether x > 0; of a maximum, which number
// won. A difference of two gradients across a kink is no second derivative, so an objective that takes
// differences holds the sides of one pass in the others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/shape.h"

namespace sand {

/// The sides of one op, a number for each place of y.
struct Sides {
  std::uint16_t* numbers = nullptr;  ///< null: the pass neither keeps nor holds sides
  bool held = false;                 ///< the op takes these sides in place of its rule; else it writes them

  bool kept() const { return numbers != nullptr && !held; }
};

/// The sides of all ops of a pass over one tile, in the order of the ops.
class SidesOfPass {
 public:
  /// The next pass keeps its sides here.
  void keep() { held_ = false; }
  /// The next pass, of the same network and rows, takes those that are here.
  void hold() { held_ = true; }

  void begin() {
    next_ = 0;
    if (!held_) numbers_.clear();
  }
  /// Of the next op, valid until the one after it is asked for; held ones as long as this object. Throws
  /// Error(usage) if another pass kept fewer.
  Sides next(Index places) {
    const std::size_t first = next_;
    next_ += static_cast<std::size_t>(places);
    if (!held_) numbers_.resize(next_);
    check(next_ <= numbers_.size(), [&] {
      return Error(Fault::usage, "sides: the pass has more places with a kink than the one that kept them")
          .fact("kept", std::to_string(numbers_.size()));
    });
    return {numbers_.data() + first, held_};
  }

 private:
  std::vector<std::uint16_t> numbers_;
  std::size_t next_ = 0;
  bool held_ = false;
};

}  // namespace sand
