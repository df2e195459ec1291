#include "experiments/report/run_log.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/report/log_reader.h"
#include "experiments/sweeps/results.h"
#include "tensor/numerics.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using LogJson = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 4096;

/// A member of an object; null if it is missing or `json` is no object.
const LogJson& member(const LogJson& json, const char* key) {
  static const LogJson nothing;
  if (!json.is_object()) return nothing;
  const auto found = json.find(key);
  return found == json.end() ? nothing : *found;
}

std::string text_in(const LogJson& json, const char* key) {
  const LogJson& value = member(json, key);
  return value.is_string() ? without_controls(value.get<std::string>()) : "";
}

double number_in(const LogJson& json, const char* key) {
  const LogJson& value = member(json, key);
  return value.is_number() ? value.get<double>() : kUnknown;
}

std::vector<std::string> names_in(const LogJson& list) {
  std::vector<std::string> names;
  if (!list.is_array()) return names;
  for (const LogJson& each : list)
    if (names.size() < kMostNames) names.push_back(text_in(each, "name"));
  return names;
}

void read_settings(const LogJson& record, RunLog& log) {
  const auto add = [&](const LogJson& values, const std::string& prefix) {
    if (!values.is_object()) return;
    for (const auto& [name, value] : values.items())
      log.settings.emplace_back(without_controls(prefix + name),
                                value.is_string()
                                    ? without_controls(value.get<std::string>())
                                    : value.dump(-1, ' ', false, LogJson::error_handler_t::replace));
  };
  add(member(record, "args"), "");
  add(member(record, "hparams"), "hparams ");
  std::sort(log.settings.begin(), log.settings.end());
}

/// What record.json says.
void read_record(const LogJson& record, RunLog& log) {
  RunResult run;
  const bool known = identify(member(record, "args"), run);
  if (known) {
    log.data_set = run.data_set, log.method = run.method;
    log.test_domains = run.test_domains;
  } else {
    log.notes.emplace_back("record.json has no arguments of a run that this version can read");
  }
  read_settings(record, log);
  log.tau = number_in(member(record, "hparams"), "tau");
  log.version = text_in(record, "sandgrad");
  log.program = text_in(record, "number") + ", " + text_in(record, "cpu");
  const LogJson& data = member(record, "data");
  log.source = text_in(data, "source");
  log.domains = names_in(member(data, "domains"));
  log.tensors = names_in(member(record, "parameters"));
  const double numerics = number_in(record, "numerics");
  if (numerics != static_cast<double>(kNumericsVersion))
    log.notes.push_back("the run was made with " +
                        (std::isnan(numerics)
                             ? "an unknown version"
                             : "version " + std::to_string(static_cast<long long>(numerics))) +
                        " of the arithmetic, this program has version " + std::to_string(kNumericsVersion) +
                        ": charts that need its network are missing");
}

MaskShares shares_in(const LogJson& counts) {
  MaskShares shares{number_in(counts, "closed"), number_in(counts, "partial"), number_in(counts, "open")};
  const LogJson& balance = member(counts, "sign_balance");
  if (balance.is_array() && balance.size() <= kMostNames)
    for (const LogJson& count : balance)
      shares.balance.push_back(count.is_number() ? count.get<double>() : kUnknown);
  return shares;
}

/// Finds out what the scores are: accuracies, shares of labels, or R^2.
void find_score(const LogJson& domain, RunLog& log) {
  if (domain.contains("in_r2") || domain.contains("out_r2"))
    log.score = "R2", log.score_is_share = false;
  else if (domain.contains("in_label_accuracy"))
    log.score = "label_accuracy";
}

void read_domains(const LogJson& line, RunLog& log, LogRecord& record) {
  const LogJson& domains = member(line, "domains");
  if (!domains.is_array()) return;
  const std::vector<std::string> names = names_in(domains);
  if (log.domains.empty()) log.domains = names;
  record.in.resize(log.domains.size());
  record.out.resize(log.domains.size());
  for (std::size_t e = 0; e < std::min(names.size(), log.domains.size()); ++e) {
    const LogJson& domain = domains[e];
    if (!domain.is_object()) continue;
    find_score(domain, log);
    const std::string score = log.score == "R2" ? "r2" : log.score, loss = log.score == "R2" ? "mse" : "loss";
    record.in[e] = {number_in(domain, ("in_" + score).c_str()), number_in(domain, ("in_" + loss).c_str())};
    record.out[e] = {number_in(domain, ("out_" + score).c_str()), number_in(domain, ("out_" + loss).c_str())};
  }
}

LogRecord record_of(const LogJson& line, RunLog& log) {
  LogRecord record{.step = number_in(line, "step"), .loss = number_in(line, "loss")};
  read_domains(line, log, record);
  const LogJson& mask = member(line, "mask");
  record.mask = shares_in(member(mask, "total"));
  const LogJson& slots = member(mask, "slots");
  if (log.tensors.empty() && slots.is_object())
    for (const auto& slot : slots.items())
      if (log.tensors.size() < kMostNames) log.tensors.push_back(without_controls(slot.key()));
  for (const std::string& tensor : log.tensors)
    record.tensors.push_back(shares_in(member(slots, tensor.c_str())));
  return record;
}

/// Keeps at most kMostRecords records, and the last: when there are too many, every second one goes.
class Thinner {
 public:
  explicit Thinner(std::vector<LogRecord>& kept) : kept_(kept) {}
  void add(LogRecord record) {
    last_ = record;
    if (seen_++ % stride_ != 0) return;
    kept_.push_back(std::move(record));
    if (kept_.size() < kMostRecords) return;
    for (std::size_t i = 0; 2 * i < kept_.size(); ++i) std::swap(kept_[i], kept_[2 * i]);
    kept_.resize((kept_.size() + 1) / 2);
    stride_ *= 2;
  }
  void end() {
    if (!kept_.empty() && kept_.back().step < last_.step) kept_.push_back(std::move(last_));
  }

 private:
  std::vector<LogRecord>& kept_;
  LogRecord last_;
  std::size_t seen_ = 0, stride_ = 1;
};

void read_metrics(RunLog& log) {
  const std::string path = (log.folder / "metrics.jsonl").string();
  std::error_code failure;
  if (!fs::exists(path, failure)) {
    log.notes.emplace_back("the run has no metrics.jsonl yet: there are no curves");
    return;
  }
  LogReader reader(path);
  Thinner thinner(log.records);
  std::size_t out_of_order = 0;
  double last = -1;
  while (const std::optional<LogJson> line = reader.next()) {
    LogRecord record = record_of(*line, log);
    if (!(record.step > last) || !std::isfinite(record.step)) {
      ++out_of_order;
      continue;
    }
    last = record.step;
    thinner.add(std::move(record));
  }
  thinner.end();
  log.lines = reader.lines();
  const auto note = [&](std::size_t count, const char* what) {
    if (count > 0) log.notes.push_back("metrics.jsonl: " + std::to_string(count) + what);
  };
  note(reader.skipped(), " of its lines are no whole JSON object and are left out");
  note(out_of_order, " of its lines have no step, or one that is not above the last, and are left out");
  if (log.records.empty()) log.notes.emplace_back("metrics.jsonl has no record: there are no curves");
}

void read_end(RunLog& log) {
  std::error_code failure;
  if (!fs::exists(log.folder / "done", failure)) {
    log.notes.emplace_back("the run is not finished");
    return;
  }
  log.finished = true;
  const LogJson done = read_json((log.folder / "done").string(), 1 << 16);
  if (member(done, "never_learned") == true)
    log.notes.push_back("the run never learned, so its scores are chance: " + text_in(done, "reason"));
}

}  // namespace

bool RunLog::is_test(std::size_t domain) const {
  return std::find(test_domains.begin(), test_domains.end(), static_cast<int>(domain)) != test_domains.end();
}

std::string folder_label(const fs::path& folder) {
  const fs::path whole = fs::path(folder).lexically_normal();
  const fs::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  return name.empty() || name == "." ? "run" : printable(name.native());
}

RunLog read_run_log(const fs::path& folder) {
  constexpr std::uint64_t kMostBytes = 1u << 28;
  const fs::path file = folder / "record.json";
  std::error_code failure;
  check(fs::exists(file, failure), [&] {
    return Error(Fault::missing, "run: the directory holds no run: it has no record.json")
        .fact("path", folder.string())
        .hint("name the --output-dir of a run, or the directory of a sweep");
  });
  const LogJson record = read_json(file.string(), kMostBytes);
  check(record.is_object(), [&] {
    return Error(Fault::data, "record: no JSON object; was the file cut?").fact("file", file.string());
  });
  RunLog log;
  log.folder = folder;
  log.label = folder_label(folder);
  read_record(record, log);
  read_metrics(log);
  read_end(log);
  return log;
}

}  // namespace sand::experiments
