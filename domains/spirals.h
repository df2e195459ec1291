// Two intertwined spirals beside a shortcut: the synthetic memorization task of ILC (Parascandolo et al.
// 2020, arXiv 2009.00329), whose every number comes from numpy's RandomState, so that published runs can be
// repeated.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/domain.h"

namespace sand::domains {

struct SpiralsOptions {
  int domains = 16;          ///< E, to train on: 1 .. 4096
  int examples = 1024;       ///< of each of them, at least 2
  int dimensions = 16;       ///< of the signature; 0 leaves the spirals alone
  double turns = 3;          ///< of a spiral: 0.01 .. 10000
  int test_examples = 2000;  ///< at least 2
  std::uint32_t seed = 0;    ///< of the first training domain; the others count up from it
};

/// An input is [x, y, signature], its label the spiral it lies on. On a training domain the signature is the
/// same for all examples up to its sign, which betrays the label: a shortcut that is of no use in any other
/// domain. On the test domain it is noise. domains[0] is "test", domains[1] .. domains[E] are "env1" ..
/// "envE".
///
/// Each domain owns a RandomState: seed + e for training domain e (from 0), 2^32 - 1 for test. As in the
/// released code each draws a whole matrix of signatures [E, dimensions] from it, of which training domain e
/// keeps row e and test none.
struct Spirals : DataSet {
  /// Throws Error(usage) for options out of range, Error(resources) for more data than memory.
  explicit Spirals(const SpiralsOptions& options = {});

  Index inputs() const { return example.size(); }  ///< 2 + dimensions
  Part test() const { return whole(domains[0]); }
  std::vector<Part> training() const;  ///< E parts
};

}  // namespace sand::domains
