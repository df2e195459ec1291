// The numbers of a stored tensor, of whatever type, as numbers of this program, if no number changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tensor/safetensors.h"

namespace sand {

/// Fills `numbers`, as many as are stored. Returns "", or the first number that it cannot hold exactly: "F64
/// 0.1 as number 3". A NaN stays a NaN.
std::string copy_exactly(const StoredTensor& stored, std::span<Scalar> numbers);
/// Of whole numbers; floating-point types are refused whatever they hold: "F32".
std::string copy_exactly(const StoredTensor& stored, std::span<std::int64_t> numbers);

}  // namespace sand
