// Two intertwined spirals with a shortcut: the synthetic memorization task of ILC (Parascandolo et al. 2020,
// arXiv 2009.00329). Every number comes from numpy's RandomState, so published runs can be repeated.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/domain.h"

namespace sand::domains {

/// Settings of Spirals.
struct SpiralsOptions {
  int domains = 16;          ///< number of training domains E: 1 .. 4096
  int examples = 1024;       ///< of each training domain, at least 2
  int dimensions = 16;       ///< of the signature; 0: no signature
  double turns = 3;          ///< of a spiral: 0.01 .. 10000
  int test_examples = 2000;  ///< at least 2
  std::uint32_t seed = 0;    ///< of the first training domain; later ones count up from it
};

/// An input is [x, y, signature]; its label is the spiral that it lies on. In a training domain all examples
/// have the same signature up to its sign, and the sign gives the label: a shortcut that is useless in any
/// other domain. In the test domain the signature is noise. domains[0] is "test", domains[1] .. domains[E]
/// are "env1" .. "envE".
///
/// Each domain owns a RandomState: seed + e for training domain e (from 0), 2^32 - 1 for test. As in the
/// released code, each domain draws a whole matrix of signatures [E, dimensions]. Training domain e keeps row
/// e, test keeps none.
struct Spirals : DataSet {
  /// Throws Error(usage) for options out of range, Error(resources) for more data than memory.
  explicit Spirals(const SpiralsOptions& options = {});

  Index inputs() const { return example.size(); }  ///< 2 + dimensions
  Part test() const { return whole(domains[0]); }  ///< domain 0, with an uninformative signature
  std::vector<Part> training() const;              ///< E parts
};

}  // namespace sand::domains
