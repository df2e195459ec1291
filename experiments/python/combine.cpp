// sandgrad.combine
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/python/engine.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/combination.h"

namespace sand::python {
namespace {

using experiments::check_combined;

/// What numpy.asarray makes of an object, with numbers of type Number. "table" or "losses" names it.
template <class Number>
py::array_t<Number> numbers_of(const py::object& given, const char* what) {
  const py::array array = py::array::ensure(given);
  if (!array) PyErr_Clear();
  const char kind = array ? array.dtype().kind() : 'O';
  check(std::string_view("fiub").find(kind) != std::string_view::npos, [&] {
    return Error(Fault::usage, std::string("combine: ") + what + ": expected an array of numbers")
        .fact("found", array ? "an array of " + py::str(array.dtype()).cast<std::string>()
                             : "an object of type " + std::string(Py_TYPE(given.ptr())->tp_name));
  });
  // may be `array` itself, if it has this type and is contiguous
  const auto numbers = py::array_t<Number, py::array::c_style | py::array::forcecast>::ensure(array);
  if (!numbers) throw py::error_already_set();
  return numbers;
}

std::vector<Index> shape_of(const py::array& array) { return {array.shape(), array.shape() + array.ndim()}; }

std::string described(const py::array& array) {
  return "an array of shape " + py::str(py::tuple(array.attr("shape"))).cast<std::string>();
}

/// Aligned rows. Rounding to float32 may give infinity, which check_gradients reports.
GradientTable table_of(const py::object& given) {
  const py::array_t<Scalar> numbers = numbers_of<Scalar>(given, "table");
  const std::vector<Index> shape = shape_of(numbers);
  experiments::check_table_shape(shape, described(numbers));
  GradientTable table({{"table", {shape[1]}, 0, 0}}, static_cast<int>(shape[0]));
  for (int domain = 0; domain < table.domains(); ++domain)
    std::copy_n(numbers.data() + domain * shape[1], shape[1], table.row(domain).begin());
  experiments::check_gradients(table);
  return table;
}

Hparams hparams_of(const optim::CombinerCard& method, const py::kwargs& given) {
  Hparams hparams = standard_hparams(method.hparams);
  if (given.empty()) return hparams;
  const std::string json = json_of(given, "combine: hyper-parameters")
                               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  experiments::override_hparams(hparams, json, method.hparams, {});
  return hparams;
}

std::unique_ptr<optim::Combiner> made_combiner(const optim::CombinerCard& method, const py::kwargs& hparams,
                                               bool allow_closed) {
  return method.make(hparams_of(method, hparams), allow_closed);
}

py::dict arrays_of(const optim::Direction& direction, py::handle owner) {
  const Index columns = direction.values.size(), domains = direction.weights.size();
  py::dict result;
  result["direction"] = view_of({columns}, direction.values.data(), owner);
  if (direction.has_mask()) result["mask"] = view_of({columns}, direction.mask.data(), owner);
  if (direction.has_weights()) {
    result["weights"] = view_of({domains}, direction.weights.data(), owner);
    result["gram"] = view_of({domains, domains}, direction.gram.data(), owner);  // symmetric
  }
  return result;
}

}  // namespace

py::dict combine(const py::object& given, const std::string& name, const py::object& losses,
                 std::uint64_t seed, std::int64_t step, bool allow_closed, int threads,
                 const py::kwargs& hparams) {
  const optim::CombinerCard& method = experiments::combiner_named(name);
  experiments::check_has_losses(method, !losses.is_none(), "losses=[...], one number for every domain");
  check(step >= 0 && step <= INT32_MAX && threads >= 0 && threads <= 1024, [&] {
    return Error(Fault::usage, "combine: step is 0 to 2^31 - 1, threads 0 to 1024")
        .fact("step", std::to_string(step))
        .fact("threads", std::to_string(threads));
  });
  std::unique_ptr<optim::Combiner> combiner = made_combiner(method, hparams, allow_closed);
  GradientTable table = table_of(given);
  if (!losses.is_none()) {
    const py::array_t<double> numbers = numbers_of<double>(losses, "losses");
    experiments::set_losses(table, shape_of(numbers),
                            {numbers.data(), static_cast<std::size_t>(numbers.size())}, described(numbers));
  }
  table.seed = seed;
  table.step = static_cast<std::uint32_t>(step);
  const optim::Direction* direction = nullptr;
  {
    const py::gil_scoped_release others_run;
    direction = &combiner->combine(table, Threads(threads));
    check_combined(method, *direction);
  }
  // the combiner owns the direction: the arrays keep it alive
  const py::capsule owner(combiner.get(), [](void* held) { delete static_cast<optim::Combiner*>(held); });
  combiner.release();
  return arrays_of(*direction, owner);
}

}  // namespace sand::python
