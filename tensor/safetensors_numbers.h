// Converts the numbers of a stored tensor to a type of this program, if no number changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tensor/safetensors.h"

namespace sand {

/// Fills `numbers`, which must be as long as the stored tensor. Returns "", or the first number that the type
/// cannot hold exactly: "F64 0.1 as number 3". NaN stays NaN.
std::string copy_exactly(const StoredTensor& stored, std::span<Scalar> numbers);
/// The same for integers. Floating-point types are rejected whatever their numbers: "F32".
std::string copy_exactly(const StoredTensor& stored, std::span<std::int64_t> numbers);

}  // namespace sand
