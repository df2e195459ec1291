// Files of .npy made by hand, and the errors of reading them.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tensor/npy.h"
#include "tests/tensor/safetensors_files.h"

namespace sand::testing {

template <class Number>
std::string as_text(std::initializer_list<Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.begin()), numbers.size() * sizeof(Number)};
}

/// A file with this header, without numpy's padding, and this data.
inline std::string npy_of(const std::string& header, const std::string& data, char major = 1) {
  const std::uint32_t length = static_cast<std::uint32_t>(header.size());
  return std::string("\x93NUMPY") + major + '\0' +
         std::string(reinterpret_cast<const char*>(&length), major == 1 ? 2 : 4) + header + data;
}

inline std::string npy_header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

inline Npy parse_npy(const std::string& file) { return Npy::parse(bytes_of(file), "a.npy"); }

/// The error of reading a file; only Error(data) counts.
inline std::string npy_refusal(const std::string& file) {
  const std::string text = blame([&] { parse_npy(file); });
  CHECK(contains(text, "a.npy"));
  return text;
}

}  // namespace sand::testing
