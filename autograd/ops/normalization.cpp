#include "autograd/ops/normalization.h"

#include <algorithm>
#include <cmath>

namespace sand::ops {
namespace {

/// Channels first .. end - 1 of group `index`.
struct Group {
  Index first, end;
  double count;  // numbers in it
  Group(const Normalization& s, Index index)
      : first(index * s.channels / s.groups),
        end((index + 1) * s.channels / s.groups),
        count(static_cast<double>(s.pixels * (end - first))) {}
};

struct Sums {
  const double *plain, *product;  // [channels]: of a, and of a b
  Sums(const Normalization& s, const Scalar* a, const Scalar* b, Scalar* scratch)
      : plain(reinterpret_cast<double*>(scratch)), product(plain + s.channels) {
    double* const to = reinterpret_cast<double*>(scratch);
    kernels::chosen().channel_sums(a, b, s.pixels, s.channels, to, to + s.channels);
  }
};

struct Moments {
  double mean, variance;
  Moments(const Sums& sums, const Group& group) {
    double sum = 0, squares = 0;
    for (Index i = group.first; i < group.end; ++i) sum += sums.plain[i], squares += sums.product[i];
    mean = sum / group.count;
    variance = std::max(0.0, squares / group.count - mean * mean);
  }
  /// Whether x varies so little around its mean that x scale + shift would be mostly rounding error.
  bool nearly_constant(double r) const {
    return std::fabs(mean) * r > 4096 || variance < 1e-12 * mean * mean;
  }
};

Scalar* past_doubles(const Normalization& s, Scalar* scratch) { return scratch + 4 * s.channels; }

}  // namespace

void normalize(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* b, Scalar* y,
               Scalar* kept, Scalar* scratch) {
  const Sums sums(s, x, x, scratch);
  Scalar *const scale = past_doubles(s, scratch), *const shift = scale + s.channels;
  for (Index index = 0; index < s.groups; ++index) {
    const Group group(s, index);
    const Moments moments(sums, group);
    const double r = 1 / std::sqrt(moments.variance + s.epsilon);
    kept[2 * index] = static_cast<Scalar>(moments.mean);
    kept[2 * index + 1] = static_cast<Scalar>(r);
    for (Index i = group.first; i < group.end; ++i) {
      scale[i] = static_cast<Scalar>(r * static_cast<double>(g[i]));
      shift[i] =
          static_cast<Scalar>(static_cast<double>(b[i]) - moments.mean * r * static_cast<double>(g[i]));
    }
  }
  kernels::chosen().scale_channels(x, s.pixels, s.channels, scale, shift, y);
  for (Index index = 0; index < s.groups; ++index) {
    const Group group(s, index);
    const Scalar mean = kept[2 * index], r = kept[2 * index + 1];
    if (!Moments(sums, group).nearly_constant(static_cast<double>(r))) continue;
    for (Index pixel = 0; pixel < s.pixels; ++pixel)
      for (Index i = group.first; i < group.end; ++i)
        y[pixel * s.channels + i] = std::fma(x[pixel * s.channels + i] - mean, scale[i], b[i]);
  }
}

void normalize_back(const Normalization& s, const Scalar* x, const Scalar* g, const Scalar* dy, Scalar* dx,
                    Scalar* dg, Scalar* db, const Scalar* kept, Scalar* scratch) {
  const Sums sums(s, dy, x, scratch);
  Scalar *const of_dy = past_doubles(s, scratch), *const of_x = of_dy + s.channels,
                *const constant = of_x + s.channels;
  for (Index index = 0; index < s.groups; ++index) {
    const Group group(s, index);
    const double mean = static_cast<double>(kept[2 * index]), r = static_cast<double>(kept[2 * index + 1]);
    double g_dy = 0, g_dy_z = 0;  // sums over the group
    for (Index i = group.first; i < group.end; ++i) {
      const double dy_z = r * (sums.product[i] - mean * sums.plain[i]);
      g_dy += static_cast<double>(g[i]) * sums.plain[i];
      g_dy_z += static_cast<double>(g[i]) * dy_z;
      if (dg) dg[i] += static_cast<Scalar>(dy_z);
      if (db) db[i] += static_cast<Scalar>(sums.plain[i]);
    }
    const double slope = -r * r * g_dy_z / group.count;
    for (Index i = group.first; i < group.end; ++i) {
      of_dy[i] = static_cast<Scalar>(r * static_cast<double>(g[i]));
      of_x[i] = static_cast<Scalar>(slope);
      constant[i] = static_cast<Scalar>(-r * g_dy / group.count - slope * mean);
    }
  }
  if (dx) kernels::chosen().add_scaled_channels(dy, of_dy, x, of_x, s.pixels, s.channels, constant, dx);
}

}  // namespace sand::ops
