// sandgrad.train
#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>

#include "experiments/machine/signals.h"
#include "experiments/python/engine.h"
#include "experiments/runs/kept_training.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/runs/recorded_weights.h"
#include "experiments/runs/records.h"
#include "experiments/setup/settings_table.h"

namespace sand::python {
namespace {

using namespace experiments;

Error wrong_type(const std::string& name, const char* expected, py::handle found) {
  return Error(Fault::usage, name + ": expected " + expected)
      .fact("found", "an object of type " + std::string(Py_TYPE(found.ptr())->tp_name));
}

bool is_number(py::handle value) {
  return !py::isinstance<py::bool_>(value) && !py::isinstance<py::str>(value) &&
         PyNumber_Check(value.ptr()) != 0;
}

bool is_list(py::handle value) {
  return !py::isinstance<py::str>(value) && !py::isinstance<py::dict>(value) &&
         (PySequence_Check(value.ptr()) != 0);
}

// take(name, setting, value, field): the field from a value of Python.

void take(const std::string& name, const Setting&, py::handle value, bool& field) {
  check(py::isinstance<py::bool_>(value), [&] { return wrong_type(name, "True or False", value); });
  field = value.cast<bool>();
}

void take(const std::string& name, const Setting&, py::handle value, double& field) {
  check(is_number(value), [&] { return wrong_type(name, "a number", value); });
  field = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
}

template <class Whole>
requires(std::is_integral_v<Whole> &&
         !std::is_same_v<Whole, bool>) void take(const std::string& name, const Setting& setting,
                                                 py::handle value, Whole& field) {
  check(!py::isinstance<py::bool_>(value) && PyIndex_Check(value.ptr()) != 0,
        [&] { return wrong_type(name, "a whole number", value); });
  const auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!whole) throw py::error_already_set();
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
  // a request uses numbers below 0 for "not given"
  const bool fits = overflow == 0 && std::in_range<Whole>(number);
  check(
      fits && static_cast<double>(number) >= setting.least && static_cast<double>(number) <= setting.most,
      [&] {
        return Error(Fault::usage, name + ": out of range").fact("found", py::str(value).cast<std::string>());
      });
  field = static_cast<Whole>(number);
}

/// Lists of numbers are joined by commas: class_weights=[1, 2.5].
void take(const std::string& name, const Setting& setting, py::handle value, std::string& field) {
  if (name == "hparams" && py::isinstance<py::dict>(value)) {
    field = json_of(value, name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else if (setting.is_place && !is_number(value)) {
    field = path_of(value);
  } else if (is_list(value)) {
    field.clear();
    for (const py::handle part : py::reinterpret_borrow<py::sequence>(value)) {
      check(is_number(part), [&] { return wrong_type(name, "a text, or a list of numbers", value); });
      field += (field.empty() ? "" : ",") + py::str(part).cast<std::string>();
    }
  } else {
    check(py::isinstance<py::str>(value), [&] {
      return wrong_type(name, name == "hparams" ? "a dict, or a text in JSON" : "a text", value);
    });
    field = value.cast<std::string>();
  }
}

template <class Part>
void take(const std::string& name, const Setting& setting, py::handle value, std::vector<Part>& field) {
  field.clear();
  if constexpr (std::is_same_v<Part, int>)
    if (*setting.none != '\0' && py::isinstance<py::str>(value) &&
        value.cast<std::string>() == std::string(setting.none))
      return field.push_back(kNone);
  if (!is_list(value)) return take(name, setting, value, field.emplace_back());
  for (const py::handle part : py::reinterpret_borrow<py::sequence>(value))
    take(name, setting, part, field.emplace_back());
}

/// "record_every" and "checkpoint_freq" of "--record-every,--checkpoint_freq".
std::vector<std::string> names_of(const Setting& setting) {
  std::vector<std::string> names;
  const std::string flags = setting.flags;
  for (std::size_t begin = 0; begin < flags.size();) {
    const std::size_t end = std::min(flags.find(',', begin), flags.size());
    std::string name = flags.substr(begin + 2, end - begin - 2);
    for (char& letter : name)
      if (letter == '-') letter = '_';
    if (names.empty() || names.back() != name) names.push_back(name);
    begin = end + 1;
  }
  return names;
}

RunRequest request_of(const py::kwargs& settings) {
  RunRequest request;
  std::vector<std::string> known;
  std::set<std::string> taken;
  visit_settings(request, [&](const char*, const Setting& setting, auto& field) {
    for (const std::string& name : names_of(setting)) {
      known.push_back(name);
      if (!settings.contains(name)) continue;
      taken.insert(name);
      if (const py::object value = settings[name.c_str()]; !value.is_none())
        take(name, setting, value, field);
    }
  });
  for (const auto& given : settings) try {
      const std::string name = given.first.cast<std::string>();
      check(taken.count(name) == 1, [&] {
        find_name("setting", name, known);  // throws, unless only case differs
        return Error(Fault::usage, "setting: names are in lower case").fact("found", name);
      });
    } catch (Error& error) {
      throw error.hint("hyper-parameters are given together: hparams={\"lr\": 1e-3, \"tau\": 0.8}");
    }
  return request;
}

/// Only one run at a time: the signals of the process stop it.
class OneAtATime {
 public:
  OneAtATime() {
    check(!busy_.exchange(true), [] {
      return Error(Fault::busy, "train: another thread of this process is training")
          .hint("processes of their own train side by side");
    });
  }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;
  ~OneAtATime() { busy_ = false; }

 private:
  static inline std::atomic<bool> busy_ = false;
};

[[noreturn]] void raise_for_signal(int exit_code) {
  if (exit_code == 128 + SIGINT)
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  else
    PyErr_SetObject(PyExc_SystemExit, py::int_(exit_code).ptr());
  throw py::error_already_set();
}

/// Views of the network's weights, which live as long as one of them.
py::dict weights_of(std::unique_ptr<Model> model) {
  const Parameters& parameters = model->parameters;
  const py::capsule owner(model.get(), [](void* held) { delete static_cast<Model*>(held); });
  model.release();
  py::dict weights;
  for (const Slot& slot : parameters.slots()) {
    std::vector<Index> shape;
    for (int axis = 0; axis < slot.shape.rank(); ++axis) shape.push_back(slot.shape[axis]);
    weights[py::str(slot.name)] = view_of(shape, parameters[slot].data(), owner);
  }
  return weights;
}

/// The weights and the last record of a run that was finished before.
void add_recorded(py::dict& result, const std::string& run) {
  py::dict weights;
  for (auto& [name, tensor] : recorded_weights(run).tensors) weights[py::str(name)] = array_of(tensor);
  result["weights"] = std::move(weights);
  RecordedLines lines((std::filesystem::path(run) / "metrics.jsonl").string());
  nlohmann::json last;
  while (auto line = lines.next()) last = std::move(*line);
  result["record"] = python_of(last);
}

RunKeeperOptions keeper_options(const TrainArguments& arguments, nlohmann::json& last) {
  RunKeeperOptions options;
  if (!arguments.output_dir.is_none()) options.output_dir = path_of(arguments.output_dir);
  check(arguments.checkpoint_every >= 0 && arguments.threads >= 0 && arguments.threads <= 1024, [&] {
    return Error(Fault::usage, "train: checkpoint_every is at least 0, threads 0 to 1024")
        .fact("checkpoint_every", std::to_string(arguments.checkpoint_every))
        .fact("threads", std::to_string(arguments.threads));
  });
  options.fresh = arguments.fresh;
  options.no_lock = arguments.no_lock;
  options.checkpoint_every = arguments.checkpoint_every;
  options.tensorboard = arguments.tensorboard;
  options.quiet = options.silent = !arguments.verbose;
  options.on_record = [&arguments, &last](const Training& run, const Record& record) {
    last = nlohmann::json::parse(metrics_line(run.loop().data(), record));
    if (arguments.on_record.is_none()) return;
    const py::gil_scoped_acquire ours;
    arguments.on_record(python_of(last));
  };
  return options;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> setting_phrases() {
  std::vector<std::pair<std::string, std::string>> phrases;
  const RunRequest request;
  visit_settings(request, [&](const char*, const Setting& setting, const auto&) {
    if (*setting.flags != '\0') phrases.emplace_back(names_of(setting)[0], setting.help);
  });
  return phrases;
}

py::dict train(const TrainArguments& arguments, const py::kwargs& given) {
  RunRequest request = request_of(given);
  if (!arguments.photo_cache.is_none()) request.data.photo_cache = path_of(arguments.photo_cache);
  nlohmann::json last;
  const RunKeeperOptions options = keeper_options(arguments, last);
  const OneAtATime this_run;
  KeptOutcome outcome;
  {
    const py::gil_scoped_release others_run;
    outcome = train_and_keep(resolve(request), options, Threads(arguments.threads));
  }
  if (!outcome.finished) raise_for_signal(StopSignals::exit_code());
  py::dict result;
  result["finished"] = outcome.finished;
  result["steps"] = outcome.steps;
  result["never_learned"] = outcome.never_learned ? py::object(py::str(*outcome.never_learned)) : py::none();
  if (outcome.before) {
    add_recorded(result, options.output_dir);
  } else {
    result["record"] = python_of(last);
    result["weights"] = weights_of(std::move(outcome.model));
  }
  return result;
}

}  // namespace sand::python
