// Weights in the layout of the kernels: made once per step, shared read-only by all shards.
#pragma once

#include <span>
#include <vector>

#include "autograd/parameters.h"
#include "tensor/kernels/kernels.h"
#include "tensor/tensor.h"
#include "tensor/threads.h"

namespace sand {

/// The form of a weight that an op reads: packed, or transformed.
struct WeightForm {
  Index size;  ///< in numbers
  /// Writes a form of w, or part `part` of `parts` of it.
  void (*make)(TensorView w, const WeightForm& form, Scalar* to, int part, int parts);
  bool back;                     ///< whether backward also reads it
  kernels::Convolution shape{};  ///< if the weight belongs to a convolution
  friend bool operator==(const WeightForm&, const WeightForm&) = default;
};

/// A form that an op asked for and did not find.
struct SlotForm {
  int slot;
  WeightForm form;
};

/// A network does not declare its forms. If a pass had to make a form itself, this class prepares it from the
/// next step on.
class PreparedWeights {
 public:
  /// Makes all known forms of the parameters' current values. Allocates nothing unless a form is new.
  void prepare(const Parameters& parameters, const Threads& threads);
  /// The form as last prepared; null if it is not known.
  const Scalar* find(const Slot& slot, const WeightForm& form) const;
  /// Adds forms; the next `prepare` makes them.
  void add(std::span<const SlotForm> missing_forms);
  std::size_t bytes() const;  ///< memory of all known forms

 private:
  struct Prepared {
    SlotForm what;
    Tensor numbers;
  };
  std::vector<Prepared> forms_;
  std::size_t ready_ = 0;  // number of forms made by the last `prepare`
};

}  // namespace sand
