// Chooses the examples of each step: a pure function of (options, step), so any step can be drawn again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domains/domain.h"

namespace sand::domains {

enum class Order {
  with_replacement,  ///< draws every row anew (DomainBed)
  epochs,            ///< a new permutation per epoch, each example once; drops a smaller last batch
  everything,        ///< the whole part in every step (IRM paper's full batch); ignores `rows`
};

/// Settings of Sampler.
struct SamplerOptions {
  int rows = 64;                          ///< of every domain, per step
  std::uint64_t seed = 0;                 ///< of all draws
  Order order = Order::with_replacement;  ///< how examples follow one another
  bool augment = false;  ///< augment the examples of domains with augmentation, anew in every step
  /// Every row first draws a class, each that its part has with equal probability, then an example of it.
  /// Only with replacement.
  bool balanced = false;
};

/// Draws the rows of every domain for one step. The randomness of domain d is Random(seed, "btch", step, d),
/// for epochs Random(seed, "btch", epoch, d). Domains of different sizes start their epochs at different
/// steps. A balanced row takes two numbers of it, the class and the example. Augmentation of an example uses
/// Random(seed, "au" + d, step, example).
class Sampler {
 public:
  /// Throws Error(usage) for no part, an empty part, rows < 1, Order::epochs with rows larger than a part,
  /// and balanced rows in another order than with replacement or of data without classes.
  Sampler(std::vector<Part> parts, const SamplerOptions& options);

  /// The batch of step 0, 1, 2, ...; valid until the next call. After the first call it allocates only the
  /// permutation of a new epoch.
  const Batch& draw(std::uint32_t step);

  /// Number of steps that draw the smallest part once (rounded down, at least 1).
  int steps_per_epoch() const;

 private:
  struct Epoch {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> permutation;  // empty before the first draw
  };
  std::uint32_t steps_per_epoch(const Part& part) const;
  std::span<const std::uint32_t> choose(std::uint32_t domain, std::uint32_t step);

  std::vector<Part> parts_;
  SamplerOptions options_;
  Batch batch_;
  std::vector<Epoch> epochs_;          // one per domain
  std::vector<std::uint32_t> chosen_;  // [rows], the examples of one domain
  // of balanced rows: the examples of every class that occurs, by domain, in the order of the classes
  std::vector<std::vector<std::vector<std::uint32_t>>> classes_;
};

}  // namespace sand::domains
