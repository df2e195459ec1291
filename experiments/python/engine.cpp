// The extension module sandgrad._engine: docstrings and signatures. package/__init__.py passes them on.
#include "experiments/python/engine.h"

#include "tensor/scalar.h"
#include "tensor/version.h"

namespace sand::python {
namespace {

using py::operator""_a;

constexpr const char* kCombine =
    R"(Combine one gradient per domain into one direction, as `sandgrad combine` does.

table: array [domains, columns], a row per domain. This module computes in float32 (sandgrad64: float64) and
    copies the table once, into rows that are aligned for the kernels.
combiner: a name, see `sandgrad list algorithms`; case is ignored, ERM is Mean.
losses: array [domains], for methods that see losses.
seed, step: for methods that draw random numbers. The result is a function of table, losses, seed and step.
allow_closed: accept settings under which nothing can be learned.
threads: number of threads, 0: every core. The bits do not depend on it.
hparams: hyper-parameters by name: tau=0.8, k=10. A name that the method lacks is an error.

Returns a dict of arrays, without copies: "direction" [columns]; "mask" [columns] if the method has one;
"weights" [domains] and "gram" [domains, domains], float64, if the method weighs whole rows.

Raises UsageError for names and hyper-parameters, DataError for a table or losses of the wrong shape or with
NaN or infinity, NonFiniteError if sums of the gradients overflow.)";

constexpr const char* kReadRun = R"(Read a run directory. Every file is checked: a run is untrusted.

path: a directory that `sandgrad train --output-dir` or train(output_dir=...) wrote; finished or not.
checkpoints: read the checkpoints and weights, too.

Returns a dict:
"record": record.json, everything that the run was made from.
"results", "metrics": the lines of results.jsonl and metrics.jsonl, as dicts.
"curves": the numbers of metrics by name, as `sandgrad export --csv` names them, float64 [records];
    "in_accuracy/NAME" belongs to a domain. NaN where a record has no such number.
"checkpoints": by step, {"tensors": arrays by name, "metadata": texts by name}.
"best": the same for the best checkpoint of a run with early_stop, else None.
"weights": arrays by name, of the finished run, else None.
"done": the outcome of the finished run, else None.

Raises MissingError if there is no run, DataError naming file and place for wrong content. A last line without
its end, which a run may be writing, is left out.)";

std::string doc_of_train() {
  std::string doc = R"(Train a network, as `sandgrad train` does, and resume the run if it is in output_dir.

on_record: called with each record, a dict like a line of metrics.jsonl. An exception that it raises ends the
    run; the last checkpoint in output_dir stays.
output_dir: directory of the run's files; None keeps nothing.
fresh, no_lock, checkpoint_every, photo_cache, tensorboard: as the flags of the program.
threads: number of threads, 0: every core. Results do not depend on it.
verbose: print the table of records and the progress, as the program does.

Returns a dict: "finished"; "steps" made; "never_learned", why if masks or weights show it, else None;
"record", the last one; "weights", arrays by name that view the network's own memory.

Python's interpreter lock is free while the network trains. Ctrl-C ends the run after the step, with a
checkpoint, and raises KeyboardInterrupt; other signals raise SystemExit with the program's exit code. The
same call resumes.

Raises UsageError for settings, and what `sandgrad train` reports, each with the same text.

Settings, by the names of the flags:
)";
  for (const auto& [name, phrase] : setting_phrases()) doc += name + ": " + phrase + "\n";
  return doc;
}

}  // namespace
}  // namespace sand::python

PYBIND11_MODULE(_engine, module) {
  using namespace sand::python;
  namespace py = pybind11;
  py::options options;
  options.disable_function_signatures();  // __init__.pyi has them
  add_errors(module);
  module.attr("__version__") = SANDGRAD_VERSION;
  module.attr("dtype") = py::dtype::of<sand::Scalar>();
  module.def("combine", &combine, kCombine, "table"_a, "combiner"_a, py::kw_only(), "losses"_a = py::none(),
             "seed"_a = 0, "step"_a = 0, "allow_closed"_a = false, "threads"_a = 0);
  module.def("read_run", &read_run, kReadRun, "path"_a, py::kw_only(), "checkpoints"_a = true);
  module.def(
      "settings",
      [] {
        py::dict phrases;
        for (const auto& [name, phrase] : setting_phrases()) phrases[py::str(name)] = phrase;
        return phrases;
      },
      "The settings that train() takes: a dict of phrases by name.");
  module.def(
      "train",
      [](py::object on_record, py::object output_dir, bool fresh, bool no_lock, int checkpoint_every,
         py::object photo_cache, bool tensorboard, int threads, bool verbose, const py::kwargs& settings) {
        return train({.on_record = std::move(on_record),
                      .output_dir = std::move(output_dir),
                      .photo_cache = std::move(photo_cache),
                      .fresh = fresh,
                      .no_lock = no_lock,
                      .tensorboard = tensorboard,
                      .verbose = verbose,
                      .checkpoint_every = checkpoint_every,
                      .threads = threads},
                     settings);
      },
      doc_of_train().c_str(), py::kw_only(), "on_record"_a = py::none(), "output_dir"_a = py::none(),
      "fresh"_a = false, "no_lock"_a = false, "checkpoint_every"_a = 0, "photo_cache"_a = py::none(),
      "tensorboard"_a = false, "threads"_a = 0, "verbose"_a = false);
}
