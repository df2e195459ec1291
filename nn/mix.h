// Rows between the rows of two domains.
#pragma once

#include "tensor/batch.h"
#include "tensor/random.h"

namespace sand::nn {

/// A draw from Beta(a, a): the share of one of two gamma variates in their sum (Marsaglia and Tsang 2000, "A
/// simple method for generating gamma variables").
double beta_draw(double a, Random& random);

/// Mixes the rows of every domain with those of its successor in a random circle, see objectives/mixup.h.
/// Domain e keeps its place; a row keeps the number of the example in e. Reuses the memory of `mixed`. Throws
/// Error(usage) for rows without labels.
void mix_domains(const Batch& drawn, double a, Random random, Batch& mixed);

}  // namespace sand::nn
