// The files of a run, changed together and read like `sandgrad verify` does: reading succeeds or throws an
// Error. The input is a list of changes, since random bytes never form a readable record; a changed
// checkpoint gets the right hash.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/sha256.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/manifest.h"
#include "experiments/runs/out_text.h"
#include "experiments/runs/record_table.h"
#include "experiments/runs/recorded_logs.h"
#include "experiments/runs/records.h"
#include "experiments/runs/trained_run.h"
#include "experiments/setup/run_data.h"
#include "experiments/setup/settings_json.h"
#include "experiments/training/training.h"

namespace {

using namespace sand::experiments;
namespace fs = std::filesystem;

constexpr const char* kFiles[] = {"record.json", "results.jsonl", "metrics.jsonl",
                                  "done",        "out.txt",       "checkpoint"};
constexpr std::array kWords = {"[",        "{",          "{\"a\":", "null",       "true",
                               "\"\"",     "-1",         "1e300",   "2147483647", "18446744073709551615",
                               "nan",      "\\u001b[2J", "\n",      "\x9b",       ",",
                               "\"step\":"};

/// A run of a few steps, and what it wrote.
struct Run {
  Run() {
    RunRequest request;
    request.steps = 3, request.record_every = 1, request.evaluation.examples = 2;
    request.hparams_json = R"({"batch_size": 2, "mlp_width": 2, "mlp_depth": 1})";
    settings = resolve(request);
    data = data_set_of(settings, threads);
    training = std::make_unique<Training>(settings, data, threads);
    const sand::Parameters& parameters = training->loop().model().parameters;
    files[0] = record_json(manifest(settings, data, parameters), data, threads);
    files[4] = table_head(settings, data) + "\n";
    while (!training->finished()) {
      training->update();
      const Record record = training->record();
      files[1] += result_line(settings, record, "run") + "\n";
      files[2] += metrics_line(data, record) + "\n";
      files[4] += table_line(record, settings, training->loop().training_domains()) + "\n";
      Checkpoint checkpoint;
      checkpoint.state = training->save();
      const std::vector<std::byte> bytes = checkpoint_bytes(
          checkpoint, parameters, training->loop().optimizer().layout(), settings_hash(settings));
      files[5].assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    files[3] =
        outcome_json(training->step(), training->loop().fingerprint(), training->loop().never_learned());
    files[4] += weights_line(*training) + "\n";
    std::string name = (fs::temp_directory_path() / "sandgrad-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder = name;
  }
  ~Run() { fs::remove_all(folder); }

  const sand::Threads threads{1};
  Settings settings;
  sand::domains::DataSet data;
  std::unique_ptr<Training> training;
  std::array<std::string, 6> files;
  fs::path folder;
};

void change(std::string& file, std::uint8_t kind, std::uint16_t where, std::uint8_t what) {
  const std::size_t place = file.size() * where >> 16;
  switch (kind % 4) {
    case 0: file.insert(place, 1, static_cast<char>(what)); break;
    case 1: file.erase(place, what); break;
    case 2:
      file.replace(place, std::min<std::size_t>(what % 8, file.size() - place), kWords[what / 16]);
      break;
    default: file.insert(place, file.substr(place, std::size_t{what} * 8)); break;
  }
}

void hash_again(std::string& file) {
  const std::string key = "\"sha256\":\"", zeros(64, '0');
  const std::size_t place = file.find(key);
  if (place == std::string::npos || file.size() - place < key.size() + zeros.size()) return;
  file.replace(place + key.size(), zeros.size(), zeros);
  file.replace(place + key.size(), zeros.size(), Sha256().add(file).hex());
}

/// Whether reading succeeded. An Error must have a message without control characters.
template <class Call>
bool allow_error(Call call) {
  try {
    call();
    return true;
  } catch (const sand::Error& error) {
    const std::string_view text = error.what();
    if (text.empty() || text.find('\x1b') != std::string_view::npos || error.fault() == sand::Fault::internal)
      std::abort();
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Run run;
  std::array<std::string, 6> files = run.files;
  constexpr std::size_t kChange = 5;
  for (; size >= kChange; bytes += kChange, size -= kChange)
    change(files[bytes[0] % files.size()], bytes[1], static_cast<std::uint16_t>(bytes[2] << 8 | bytes[3]),
           bytes[4]);
  hash_again(files[5]);
  for (std::size_t i = 0; i < 5; ++i) std::ofstream(run.folder / kFiles[i], std::ios::binary) << files[i];

  allow_error([&] {
    const Manifest record = read_manifest((run.folder / kFiles[0]).string());
    settings_hash(record.settings);
    read_columns(run.folder);
    if (read_logs(run.folder, record.settings).finding) return;
    read_json((run.folder / kFiles[3]).string(), 1 << 16);
  });
  allow_error([&] { OutText((run.folder / kFiles[4]).string(), *run.training).finding(*run.training); });
  allow_error([&] {
    const auto checkpoint =
        parse_checkpoint(std::as_bytes(std::span(files[5])), "fuzz", run.training->loop().model().parameters,
                         run.training->loop().optimizer().layout(), settings_hash(run.settings));
    run.training->restore(checkpoint.state);
  });
  return 0;
}
