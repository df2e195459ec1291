// The parts of the Python module `sandgrad`, which engine.cpp puts together.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace sand::python {

namespace py = pybind11;

/// A value of a JSON document as dict, list, str, int, float, bool or None.
py::object python_of(const nlohmann::json& json);
/// The reverse, for what a user passes: also tuples, and scalars and arrays of numpy. Throws Error(usage)
/// naming `what` for any other object, and for a nesting of more than 16 levels.
nlohmann::json json_of(py::handle object, const std::string& what);

/// An array that takes over the bytes. BF16, which numpy lacks, becomes float32.
py::array array_of(StoredTensor tensor);
/// A view of numbers that `owner` keeps alive.
template <class Number>
py::array view_of(const std::vector<Index>& shape, const Number* numbers, py::handle owner) {
  return py::array_t<Number>(std::vector<py::ssize_t>(shape.begin(), shape.end()), numbers, owner);
}

/// Adds sandgrad.Error and a subclass for each kind of Fault; from then on an Error becomes one of them, with
/// the same text.
void add_errors(py::module_& module);

py::dict combine(const py::object& table, const std::string& combiner, const py::object& losses,
                 std::uint64_t seed, std::int64_t step, bool allow_closed, int threads,
                 const py::kwargs& hparams);
py::dict read_run(const py::object& path, bool checkpoints);

/// How train() keeps and shows a run: the flags of `sandgrad train` that are not settings.
struct TrainArguments {
  py::object on_record, output_dir, photo_cache;
  bool fresh, no_lock, tensorboard, verbose;
  int checkpoint_every, threads;
};
py::dict train(const TrainArguments& arguments, const py::kwargs& settings);
/// The names of the settings that train() takes, with their phrases.
std::vector<std::pair<std::string, std::string>> setting_phrases();

/// A path from a str, bytes or os.PathLike, as bytes.
std::string path_of(py::handle path);

}  // namespace sand::python
