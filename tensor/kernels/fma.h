// fma(a, b, c) = a b + c, rounded once: for numbers and, if VECTOR_BYTES is set, for vectors of that
// instruction set. We never rely on the compiler to fuse, since no compiler fuses everywhere it could.
// Intrinsics are always inlined, so files share no function.
#pragma once

#include "tensor/scalar.h"
#ifdef __wasm__
#include "tensor/kernels/software_fma.h"
#endif
#ifdef VECTOR_BYTES
#include <immintrin.h>
#endif

namespace sand::kernels {
namespace {

#ifdef __wasm__
[[maybe_unused]] float fma(float a, float b, float c) { return software_fma(a, b, c); }
#else
[[maybe_unused]] float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#endif
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
}  // a in every lane: a - 0 keeps -0
#endif

}  // namespace
}  // namespace sand::kernels
