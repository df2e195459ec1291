// Values of Python, numpy and JSON into each other.
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "experiments/python/engine.h"

namespace sand::python {
namespace {

using Json = nlohmann::json;

const char* numpy_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::f64: return "float64";
    case Dtype::f16: return "float16";
    case Dtype::i64: return "int64";
    case Dtype::i32: return "int32";
    case Dtype::i16: return "int16";
    case Dtype::i8: return "int8";
    case Dtype::u64: return "uint64";
    case Dtype::u32: return "uint32";
    case Dtype::u16: return "uint16";
    case Dtype::u8: return "uint8";
    case Dtype::f32:
    case Dtype::bf16: return "float32";
  }
  return "";
}

/// A bfloat16 is the upper half of a float32.
std::vector<std::byte> widened(const std::vector<std::byte>& halves) {
  std::vector<std::byte> bytes(2 * halves.size());
  for (std::size_t i = 0; i + 1 < halves.size(); i += 2) std::memcpy(&bytes[2 * i + 2], &halves[i], 2);
  return bytes;
}

Json json_at(py::handle object, const std::string& what, int depth) {
  constexpr int kMostDepth = 16;
  const auto refuse = [&](const std::string& found) {
    return Error(Fault::usage, what + ": expected numbers, texts, lists and dicts").fact("found", found);
  };
  check(depth <= kMostDepth, [&] { return refuse("a nesting of more than 16 levels"); });
  if (object.is_none()) return nullptr;
  if (py::isinstance<py::bool_>(object)) return object.cast<bool>();
  if (py::isinstance<py::str>(object)) return object.cast<std::string>();
  if (py::isinstance<py::float_>(object)) return object.cast<double>();
  if (py::isinstance<py::int_>(object)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
    check(overflow == 0, [&] { return refuse("an integer of more than 64 bits"); });
    return number;
  }
  if (py::isinstance<py::dict>(object)) {
    Json json = Json::object();
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(object)) {
      check(py::isinstance<py::str>(key), [&] { return refuse("a key that is no text"); });
      json[key.cast<std::string>()] = json_at(value, what, depth + 1);
    }
    return json;
  }
  if (py::isinstance<py::list>(object) || py::isinstance<py::tuple>(object)) {
    Json json = Json::array();
    for (const py::handle value : py::reinterpret_borrow<py::sequence>(object))
      json.push_back(json_at(value, what, depth + 1));
    return json;
  }
  check(py::hasattr(object, "tolist"),  // of a scalar or an array of numpy
        [&] { return refuse("an object of type " + std::string(Py_TYPE(object.ptr())->tp_name)); });
  return json_at(object.attr("tolist")(), what, depth + 1);
}

}  // namespace

py::object python_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: {
      py::dict dict;
      for (const auto& [key, value] : json.items()) dict[py::str(key)] = python_of(value);
      return dict;
    }
    case Json::value_t::array: {
      py::list list(json.size());
      for (std::size_t i = 0; i < json.size(); ++i) list[i] = python_of(json[i]);
      return list;
    }
    case Json::value_t::string: return py::str(json.get_ref<const std::string&>());
    case Json::value_t::boolean: return py::bool_(json.get<bool>());
    case Json::value_t::number_integer: return py::int_(json.get<std::int64_t>());
    case Json::value_t::number_unsigned: return py::int_(json.get<std::uint64_t>());
    case Json::value_t::number_float: return py::float_(json.get<double>());
    default: return py::none();
  }
}

Json json_of(py::handle object, const std::string& what) { return json_at(object, what, 0); }

py::array array_of(StoredTensor tensor) {
  const py::dtype dtype(numpy_name(tensor.dtype));
  auto bytes = std::make_unique<std::vector<std::byte>>(
      tensor.dtype == Dtype::bf16 ? widened(tensor.bytes) : std::move(tensor.bytes));
  const void* const numbers = bytes->data();
  const py::capsule owner(bytes.get(), [](void* held) { delete static_cast<std::vector<std::byte>*>(held); });
  bytes.release();  // the capsule deletes it
  const std::vector<py::ssize_t> shape(tensor.shape.begin(), tensor.shape.end());
  return numbers != nullptr ? py::array(dtype, shape, numbers, owner) : py::array(dtype, shape);
}

std::string path_of(py::handle path) {
  PyObject* bytes = nullptr;
  if (PyUnicode_FSConverter(path.ptr(), &bytes) == 0) throw py::error_already_set();
  return py::reinterpret_steal<py::bytes>(bytes);
}

}  // namespace sand::python
