// Group normalisation of one image [pixels, channels], by the kernels for channels.
#pragma once

#include "tensor/kernels/kernels.h"

namespace sand::ops {

struct Normalization {
  Index pixels, channels, groups;  ///< of channels / groups neighbours each
  double epsilon;

  Index kept_size() const {
    return 2 * groups;
  }  ///< what forward keeps for backward: mean and r of each group
  Index scratch_size() const {
    return 7 * channels;
  }  ///< of [2, channels] doubles, then [3, channels] numbers
};

/// y = g z + b, z = r (x - mean), r = 1 / sqrt(var + epsilon). Sums are in double, where a mean of 1000
/// deviations still leaves 10 digits of the variance.
void normalize(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* b, Scalar* y,
               Scalar* kept, Scalar* scratch);

/// dx += r (g dy - mean(g dy) - z mean(g dy z)), dg += sum dy z, db += sum dy; each may be null. Where dx is
/// dy, dx = instead of dx +=.
void normalize_back(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* dy, Scalar* dx,
                    Scalar* dg, Scalar* db, const Scalar* kept, Scalar* scratch);

}  // namespace sand::ops
