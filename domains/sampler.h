// Which examples a step sees: a pure function of (options, step), so any step can be drawn again.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/domain.h"

namespace sand::domains {

enum class Order {
  with_replacement,  ///< every row is drawn anew (DomainBed)
  epochs,            ///< a fresh permutation per epoch, each example once; a last, smaller batch is left out
  everything,        ///< the whole part in every step (IRM paper's full batch); `rows` is ignored
};

struct SamplerOptions {
  int rows = 64;  ///< of every domain, per step
  std::uint64_t seed = 0;
  Order order = Order::with_replacement;
};

/// Draws the rows of every domain for one step.
class Sampler {
 public:
  /// Throws Error(usage) for an empty part, rows < 1, or Order::epochs with rows larger than a part.
  Sampler(std::vector<Part> parts, const SamplerOptions& options);

  /// The batch of step 0, 1, 2, ...; valid until the next call. After the first call nothing is allocated, except for
  /// a new epoch's permutation.
  const Batch& draw(std::uint32_t step);

  /// Steps after which the smallest part has been seen once (rounded down, at least 1).
  int steps_per_epoch() const;

 private:
  std::vector<Part> parts_;
  SamplerOptions options_;
  Batch batch_;
  std::vector<std::vector<std::uint32_t>> permutations_;  // of the current epoch, one per domain
  std::vector<std::uint32_t> epochs_;                     // which epoch each permutation belongs to
  bool drawn_ = false;
};

}  // namespace sand::domains
