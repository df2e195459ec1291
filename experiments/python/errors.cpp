// Sandgrad's errors as exceptions of Python.
#include "experiments/python/engine.h"

namespace sand::python {
namespace {

struct ErrorType {
  Fault fault;
  const char* name;
  PyObject** base;  // of Python
  const char* doc;
};

const ErrorType kErrorTypes[] = {
    {Fault::usage, "UsageError", &PyExc_ValueError, "An invalid setting, name or call."},
    {Fault::data, "DataError", &PyExc_ValueError, "A file or an array with wrong content."},
    {Fault::missing, "MissingError", &PyExc_FileNotFoundError, "An input that does not exist."},
    {Fault::resources, "ResourceError", &PyExc_MemoryError, "Not enough memory, or a CPU that is too old."},
    {Fault::internal, "InternalError", &PyExc_RuntimeError, "A bug in Sandgrad."},
    {Fault::busy, "BusyError", &PyExc_OSError, "A directory that is in use, or filled with another run."},
    {Fault::io, "DiskError", &PyExc_OSError, "Reading or writing failed."},
    {Fault::non_finite, "NonFiniteError", &PyExc_ArithmeticError,
     "NaN or infinity in numbers that must be finite."},
    {Fault::diverged, "DivergedError", &PyExc_ArithmeticError, "Training diverged."},
};
PyObject* made_types[std::size(kErrorTypes)] = {};  // kept until the process ends

PyObject* made_type(const char* name, const char* doc, const py::object& bases,
                    const py::object& attributes) {
  PyObject* const type = PyErr_NewExceptionWithDoc(name, doc, bases.ptr(), attributes.ptr());
  if (type == nullptr) throw py::error_already_set();
  return type;
}

void raise(const Error& error) {
  std::size_t i = 0;
  while (i + 1 < std::size(kErrorTypes) && kErrorTypes[i].fault != error.fault()) ++i;
  const std::string text = error.what();
  PyObject* const decoded =
      PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "backslashreplace");
  if (decoded == nullptr) return;  // with Python's own error
  PyErr_SetObject(made_types[i], decoded);
  Py_DECREF(decoded);
}

}  // namespace

void add_errors(py::module_& module) {
  const std::string engine = module.attr("__name__").cast<std::string>();
  const std::string package = engine.substr(0, engine.rfind('.'));
  PyObject* const root = made_type((package + ".Error").c_str(),
                                   "What Sandgrad refuses or cannot do. The text names the rule, the value "
                                   "found and what to do; exit_code is "
                                   "that of the program.",
                                   py::reinterpret_borrow<py::object>(PyExc_Exception), py::dict());
  module.attr("Error") = py::handle(root);
  for (std::size_t i = 0; i < std::size(kErrorTypes); ++i) {
    const ErrorType& type = kErrorTypes[i];
    py::dict attributes;
    attributes["exit_code"] = static_cast<int>(type.fault);
    made_types[i] = made_type((package + "." + type.name).c_str(), type.doc,
                              py::make_tuple(py::handle(root), py::handle(*type.base)), attributes);
    module.attr(type.name) = py::handle(made_types[i]);
  }
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(error);
    }
  });
}

}  // namespace sand::python
