// fma(a, b, c) = a b + c, rounded once: of a number and, where VECTOR_BYTES is set, of the vectors of that
// instruction set. No compiler is left to fuse on its own, since none fuses all it could. Nothing here is
// shared: intrinsics are always inlined.
#pragma once

#include "tensor/scalar.h"
#ifdef VECTOR_BYTES
#include <immintrin.h>
#endif

namespace sand::kernels {
namespace {

[[maybe_unused]] float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
[[maybe_unused]] double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

#ifdef VECTOR_BYTES
typedef float Floats __attribute__((vector_size(VECTOR_BYTES)));
typedef double Doubles __attribute__((vector_size(VECTOR_BYTES)));
typedef Scalar Vector __attribute__((vector_size(VECTOR_BYTES)));

#if VECTOR_BYTES == 64
[[maybe_unused]] Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
Doubles fma(Doubles a, Doubles b, Doubles c) { return _mm512_fmadd_pd(a, b, c); }
#else
[[maybe_unused]] Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
Doubles fma(Doubles a, Doubles b, Doubles c) { return _mm256_fmadd_pd(a, b, c); }
#endif

Vector fma(Scalar a, Vector b, Vector c) {
  return fma(a - Vector{}, b, c);
}  // a - 0: in every lane, -0 as it is
#endif

}  // namespace
}  // namespace sand::kernels
