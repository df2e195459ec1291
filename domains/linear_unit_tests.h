// The linear unit tests (Aubin et al. 2021, arXiv 2102.10867): six problems whose inputs have an invariant
// and a spurious part. Generated, with our own random numbers.
#pragma once

#include <array>
#include <cstdint>

#include "domains/domain.h"
#include "tensor/random.h"

namespace sand::domains {

struct LinearExampleOptions {
  int example = 1;         ///< 1: regression; 2: cows and camels; 3: small invariant margin
  bool scrambled = false;  ///< the inputs are rotated: the paper's 1s, 2s and 3s
  bool oracle = false;     ///< the spurious part is shuffled in all rows: ERM on them is the paper's Oracle
  int domains = 3;         ///< E, 2 to 10
  int rows = 10'000;       ///< of each domain's training, validation and test rows: 4 to 10^6
  std::uint64_t seed = 0;
};

constexpr int kLinearPart = 5, kLinearInputs = 2 * kLinearPart;  ///< numbers in a part, and in an input

/// Domains "E0", "E1", ... of training rows; then "E0 validation", ...; then "E0 test", ...: 3 E domains. An
/// input is (invariant part x, spurious part z) S [10], where S is the identity, or orthogonal if scrambled.
/// In test rows the parts z are shuffled over the rows of the domain, so they tell nothing. With u a standard
/// normal number, anew at each place:
///
/// 1: sigma_e = 0.1, 1.5, 2, then 10^U(-2, 1); A, B = u[5, 5] / 5. x = sigma_e u, y = x A + sigma_e u,
///    z = y B + u; the number to predict is the sum of y [5].
/// 2: p_e = 0.95, 0.97, 0.99, then U(0.9, 1); s_e = 0.3, 0.5, 0.7, then U(0.3, 0.7). Signs (a, b) of animal
///    and background: (+, +) with probability p s, (+, -) with (1 - p) s, (-, -) with p (1 - s), (-, +) with
///    (1 - p)(1 - s). x = (a + u / sqrt(10)) / 100, z = b + u / sqrt(10); class 1 if the sum of x is
///    positive.
/// 3: c_e = u[5]. The first half of the rows, class 0: x = 0.1 + 0.1 u, z = c_e + 0.1 u. The others, class 1:
///    x = -0.1 + 0.1 u, z = -c_e + 0.1 u.
///
/// S is the factor Q of a QR factorisation of u[10, 10] by Householder reflections, as LAPACK and PyTorch
/// compute it. Random numbers: Random(seed, "lutc") draws S if scrambled, then A and B, then sigma_e, (p_e,
/// s_e) or c_e in the order of the domains. Random(seed, "lutr", 3 d + part) draws the rows of domain d, with
/// part 0, 1 or 2 for training, validation and test: for each row first its cell (Example 2), then x, y, z.
/// Random(seed, "lutp", 3 d + part) shuffles.
///
/// Throws Error(usage) for options out of range.
DataSet linear_example(const LinearExampleOptions& options);

/// Q [10, 10] of the QR factorisation of a matrix, row-major. Where a column is 0 below the diagonal already,
/// and for the last column, there is no reflection.
using LinearScramble = std::array<double, kLinearInputs * kLinearInputs>;
LinearScramble orthogonal_factor(LinearScramble matrix);

}  // namespace sand::domains
