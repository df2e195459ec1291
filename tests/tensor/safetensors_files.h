// Files of tensors made by hand, and the errors of reading them.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tensor/error.h"
#include "tensor/safetensors.h"
#include "tests/text.h"

namespace sand::testing {

/// The bytes of a file with this header and this number of bytes of data.
inline std::string file_of(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data, '\1');
}

/// Reads such a file, under the name a.safetensors.
inline Safetensors parse(const std::string& file) {
  return Safetensors::parse(bytes_of(file), "a.safetensors");
}

/// The error text of a call, "" if it does not throw.
template <class Call>
std::string complaint(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// The text of an Error(data) of a call, "" if it does not throw.
template <class Call>
std::string blame(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::data);
    return error.what();
  }
  return "";
}

}  // namespace sand::testing
