// Group normalisation of one image [pixels, channels], by the kernels for channels.
#pragma once

#include "tensor/kernels/kernels.h"

namespace sand::ops {

struct Normalization {
  Index pixels, channels, groups;  ///< each group has channels / groups adjacent channels
  double epsilon;

  Index kept_size() const {
    return 2 * groups;
  }  ///< data from forward to backward: the mean and r of each group
  Index scratch_size() const {
    return 7 * channels;
  }  ///< in numbers: [2, channels] doubles, then [3, channels] numbers
};

/// y = g z + b, z = r (x - mean), r = 1 / sqrt(var + epsilon). Sums are in double: even if the mean is 1000
/// standard deviations, 10 digits of the variance remain.
void normalize(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* b, Scalar* y,
               Scalar* kept, Scalar* scratch);

/// dx += r (g dy - mean(g dy) - z mean(g dy z)), dg += sum dy z, db += sum dy; each may be null. If dx is dy,
/// assigns dx instead.
void normalize_back(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* dy, Scalar* dx,
                    Scalar* dg, Scalar* db, const Scalar* kept, Scalar* scratch);

}  // namespace sand::ops
