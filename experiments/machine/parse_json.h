// Parses untrusted JSON. Limits its depth, its size and its types to those that a run writes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tensor/error.h"

namespace sand::experiments {

/// The value; discarded if `text` is not JSON, nests more than 16 deep (copies and comparisons of a value
/// recurse once per level) or has more than 2^24 parts: beginnings and ends, keys, values.
nlohmann::json parse_json(std::string_view text);
/// The same for a file. Throws Error(data) for a file of more than `most` bytes, and what InputFile throws.
nlohmann::json read_json(const std::string& path, std::uint64_t most);

/// Whether a Value holds the JSON value without conversion: a whole number in its range, a number, a text,
/// true or false, or a list of those.
template <class Value>
bool holds(const nlohmann::json& json) {
  if constexpr (std::is_same_v<Value, bool>) {
    return json.is_boolean();
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return json.is_string();
  } else if constexpr (std::is_floating_point_v<Value>) {
    return json.is_number();
  } else if constexpr (std::is_integral_v<Value>) {
    if (json.is_number_unsigned()) return std::in_range<Value>(json.get<std::uint64_t>());
    return json.is_number_integer() && std::in_range<Value>(json.get<std::int64_t>());
  } else {
    return json.is_array() && std::all_of(json.begin(), json.end(), holds<typename Value::value_type>);
  }
}

/// The value under a key of an object. Throws Error(data) if it is missing or a Value does not hold it.
template <class Value>
Value value_of(const nlohmann::json& object, const char* key) {
  check(object.is_object() && object.contains(key) && holds<Value>(object[key]), [&] {
    return Error(Fault::data, std::string("no ") + key + ", or one of another type or out of range");
  });
  return object[key].get<Value>();
}

}  // namespace sand::experiments
