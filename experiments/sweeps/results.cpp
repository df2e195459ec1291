#include "experiments/sweeps/results.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "experiments/machine/parse_json.h"
#include "tensor/directory.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t kMostOfResults = std::uint64_t{1} << 30;  // of a file
constexpr std::size_t kMostNotes = 20;

/// "env3_in_acc" -> 3, in. Nothing for other keys.
struct AccuracyKey {
  std::size_t domain;
  bool is_in;
};
std::optional<AccuracyKey> accuracy_key(std::string_view key) {
  constexpr std::size_t kMostDomains = 4096;
  if (!key.starts_with("env")) return std::nullopt;
  std::size_t domain = 0;
  const auto [next, failure] = std::from_chars(key.data() + 3, key.data() + key.size(), domain);
  const std::string_view rest = key.substr(static_cast<std::size_t>(next - key.data()));
  if (failure != std::errc() || domain >= kMostDomains || (rest != "_in_acc" && rest != "_out_acc"))
    return std::nullopt;
  return AccuracyKey{domain, rest == "_in_acc"};
}

/// Takes step and accuracies from the outermost object, and nothing else: no tree of the line is built.
class RecordReader : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override {
    return take(static_cast<double>(value), value >= 0 && value <= std::numeric_limits<int>::max());
  }
  bool number_unsigned(number_unsigned_t value) override {
    return take(static_cast<double>(value), value <= std::numeric_limits<int>::max());
  }
  bool number_float(number_float_t value, const string_t&) override { return take(value, false); }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ > 0; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return ++depth_ > 0; }
  bool end_array() override { return --depth_ >= 0; }
  bool key(string_t& name) override {
    if (depth_ == 1) key_ = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

  bool has_step = false;
  StepResult result;

 private:
  bool take(double value, bool may_be_step) {
    if (depth_ != 1) return true;
    if (key_ == "step") {
      has_step = may_be_step;
      if (may_be_step) result.step = static_cast<int>(value);
    } else if (const std::optional<AccuracyKey> found = accuracy_key(key_)) {
      std::vector<double>& list = found->is_in ? result.in : result.out;
      if (list.size() <= found->domain)
        list.resize(found->domain + 1, std::numeric_limits<double>::quiet_NaN());
      list[found->domain] = value;
    }
    return true;
  }

  int depth_ = 0;
  std::string key_;
};

std::optional<StepResult> record_in(const std::string& line) {
  RecordReader reader;
  if (!Json::sax_parse(line, &reader) || !reader.has_step) return std::nullopt;
  return std::move(reader.result);
}

/// The algorithm, and our settings that make another method of it.
std::string method_of(const Json& args) {
  std::string name = args.at("algorithm").get<std::string>();
  const Json combiner = args.value("combiner", Json(""));
  if (combiner.is_string() && combiner != "") name += " with " + combiner.get<std::string>();
  for (const char* key : {"k_as_first_released", "decoupled_decay", "mask_update"})
    if (args.value(key, Json()) == true) name += std::string(", ") + key;
  return without_controls(name);
}

/// Python writes NaN and Infinity into JSON, for example for a loss that diverged.
std::string without_nan(std::string_view line) {
  std::string text(line);
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
      if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == ':')) text.replace(at, word.size(), "null");
  return text;
}

/// Lines of one run begin alike: {"args": {...}, "env0_in_acc": ... Only the first is parsed as a whole.
class LineReader {
 public:
  LineReader(RunLines& found, std::string file) : found_(found), file_(std::move(file)) {}

  void read(std::string_view as_written) {
    ++found_.lines;
    const bool has_nan = as_written.find("NaN") != std::string_view::npos ||
                         as_written.find("Infinity") != std::string_view::npos;
    const std::string clean = has_nan ? without_nan(as_written) : "";
    const std::string_view line = has_nan ? clean : as_written;
    if (!start_.empty() && line.starts_with(start_)) {
      rest_.assign("{").append(line.substr(start_.size()));
      if (auto record = record_in(rest_)) return found_.run.steps.push_back(std::move(*record));
    }
    const Json json = parse_json(line);
    if (!json.is_object()) return skip(found_.torn, "no whole JSON object");
    RunResult run;
    auto record = record_in(std::string(line));
    if (!record || !identify(json.value("args", Json()), run))
      return skip(found_.foreign, "no record of a run");
    const Json hparams = json.value("hparams", Json::object());
    run.hparams = hparams.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (args_.is_null()) {
      args_ = json["args"];
      found_.run = std::move(run);
      const std::size_t start = line.find("\"env0_");
      if (start != std::string_view::npos) start_ = line.substr(0, start);
    } else if (args_ != json["args"]) {
      return skip(found_.foreign, "a record of another run");
    }
    found_.run.steps.push_back(std::move(*record));
  }

 private:
  void skip(int& count, const char* why) {
    ++count;
    if (found_.notes.size() < kMostNotes)
      found_.notes.push_back(file_ + ", line " + std::to_string(found_.lines) + ": " + why);
  }

  RunLines& found_;
  const std::string file_;
  Json args_;
  std::string start_, rest_;
};

bool is_constant(const RunResult& run) {
  const auto same = [&](const StepResult& step) {
    return step.in == run.steps[0].in && step.out == run.steps[0].out;
  };
  return run.steps.size() >= 3 && !run.steps[0].in.empty() &&
         std::all_of(run.steps.begin(), run.steps.end(), same);
}

RunLines read_run(const fs::path& directory) {
  const fs::path file = directory / "results.jsonl";
  std::error_code failure;
  if (!fs::exists(file, failure)) return {};
  RunLines found = read_lines(InputFile(file.string()).text(kMostOfResults), printable(file.native()));
  found.run.directory = printable(directory.native());
  found.run.done = fs::exists(directory / "done", failure);
  if (!found.run.done) return found;
  const Json done = parse_json(InputFile((directory / "done").string()).text(1 << 20));
  const Json said = done.is_object() ? done.value("never_learned", Json()) : Json();
  found.run.never_learned = said.is_boolean() ? said.get<bool>() : is_constant(found.run);
  return found;
}

std::vector<fs::path> directories_in(const fs::path& sweep) {
  std::error_code failure;
  check(fs::is_directory(sweep, failure), [&] {
    return Error(Fault::missing, "collect: there is no such directory").fact("path", sweep.string());
  });
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(sweep, failure))
    if (entry.is_directory(failure)) found.push_back(entry.path());
  check(!failure, [&] {
    return Error(Fault::io, "collect: cannot list a directory")
        .fact("path", sweep.string())
        .fact("reason", failure.message());
  });
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

bool identify(const Json& args, RunResult& run) try {
  run.data_set = without_controls(value_of<std::string>(args, "dataset"));
  run.algorithm = without_controls(value_of<std::string>(args, "algorithm"));
  run.test_domains = value_of<std::vector<int>>(args, "test_envs");
  run.hparams_seed = value_of<std::int64_t>(args, "hparams_seed");
  run.trial_seed = value_of<std::int64_t>(args, "trial_seed");
  run.method = method_of(args);
  return std::all_of(run.test_domains.begin(), run.test_domains.end(), [](int d) { return d >= 0; });
} catch (const Error&) {
  return false;
}

RunLines read_lines(std::string_view text, const std::string& file) {
  RunLines found;
  LineReader reader(found, file);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    reader.read(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

Results read_results(const std::vector<fs::path>& sweeps, const Threads& threads) {
  std::vector<fs::path> directories;
  for (const fs::path& sweep : sweeps)
    for (fs::path& directory : directories_in(sweep)) directories.push_back(std::move(directory));
  std::vector<RunLines> read(directories.size());
  threads.run(static_cast<int>(read.size()), [&](int i, int) {
    read[static_cast<std::size_t>(i)] = read_run(directories[static_cast<std::size_t>(i)]);
  });
  Results results;
  for (RunLines& one : read) {
    results.lines += one.lines;
    results.torn += one.torn;
    results.foreign += one.foreign;
    for (std::string& note : one.notes)
      if (results.notes.size() < kMostNotes) results.notes.push_back(std::move(note));
    if (!one.run.steps.empty()) results.runs.push_back(std::move(one.run));
  }
  return results;
}

}  // namespace sand::experiments
