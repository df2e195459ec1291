#include "experiments/runs/recorded_run.h"

#include <filesystem>
#include <utility>

#include "experiments/machine/available_memory.h"
#include "experiments/setup/run_data.h"
#include "tensor/error.h"

namespace sand::experiments {

Manifest in_place(Manifest record, const std::string& data_dir) {
  if (data_dir.empty()) return record;
  std::string& own_file = record.settings.data.own.file;
  if (own_file.empty()) {
    record.settings.data.data_dir = data_dir;
    return record;
  }
  std::filesystem::path own(own_file);
  if (!own.has_filename()) own = own.parent_path();  // a folder, with a slash after its name
  own_file = (std::filesystem::path(data_dir) / own.filename()).string();
  return record;
}

namespace {

bool is_missing(const std::string& path) {
  std::error_code failure;
  return !path.empty() && !std::filesystem::exists(path, failure);
}

/// Reads the data if a run with them fits into memory.
domains::DataSet data_of(const Settings& settings, bool moved, const Threads& threads,
                         MemoryEstimate& memory) {
  check(!is_missing(settings.init_from), [&] {
    return Error(Fault::missing, "record: the file of the first weights is not at its recorded path")
        .fact("file", settings.init_from)
        .hint("a relative path starts where the run was made: go there, or put the file at this path here");
  });
  domains::DataSet data = recorded_data(settings, moved, threads);
  memory.measure_data();
  memory.foresee(settings, data);
  check_fits(memory, threads);
  return data;
}

}  // namespace

domains::DataSet recorded_data(const Settings& settings, bool moved, const Threads& threads) try {
  return data_set_of(settings, threads);
} catch (Error& error) {
  if (moved || !(is_missing(settings.data.data_dir) || is_missing(settings.data.own.file))) throw;
  throw error.hint(
      "the recorded path starts where the run was made; name the present data directory with --data-dir");
}

RecordedRun::RecordedRun(Manifest recorded, const std::string& data_dir, int thread_count)
    : record(in_place(std::move(recorded), data_dir)),
      threads(thread_count),
      memory{.program = process_memory("VmRSS")},
      data(data_of(record.settings, !data_dir.empty(), threads, memory)),
      run(record.settings, data, threads) {
  memory.foresee(run, threads, true);
  check_fits(memory, threads);
  check_same_inputs(record, manifest(record.settings, data, run.loop().model().parameters));
}

}  // namespace sand::experiments
