// In place of the C library's fmaf, which rounds some subnormal results twice; for code outside the kernels.
#include "tensor/kernels/software_fma.h"

extern "C" float fmaf(float a, float b, float c) { return sand::kernels::software_fma(a, b, c); }
