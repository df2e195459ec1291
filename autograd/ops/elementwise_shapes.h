// The shape rule of binary elementwise ops.
#pragma once

#include <string>

#include "tensor/error.h"
#include "tensor/shape.h"

namespace sand::ops {

/// The common shape of a and b. Throws Error(usage) if they differ: there is no broadcasting.
inline Shape same_shape(const char* op, const Shape& a, const Shape& b) {
  check(a == b, [&] {
    return Error(Fault::usage,
                 std::string(op) + ": both inputs must have the same shape (nothing is broadcast)")
        .fact("a", a.text())
        .fact("b", b.text());
  });
  return a;
}

}  // namespace sand::ops
