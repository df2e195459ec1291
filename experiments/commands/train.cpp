// `sandgrad train`: one run, told on stdout and kept in a run directory.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <span>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/parse_json.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/signals.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/log_lines.h"
#include "experiments/runs/manifest.h"
#include "experiments/runs/record_table.h"
#include "experiments/runs/records.h"
#include "experiments/runs/run_directory.h"
#include "experiments/setup/settings_table.h"
#include "experiments/training/mask_notes.h"
#include "experiments/training/memory_estimate.h"
#include "experiments/training/parameter_file.h"
#include "experiments/training/training.h"
#include "nn/summary.h"
#include "tensor/file.h"
#include "tensor/kernels/kernels.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

struct TrainOptions {
  RunRequest request;
  std::string output_dir;  ///< "" keeps nothing
  bool fresh = false, no_lock = false;
  int checkpoint_every = 0;  ///< steps; 0: whenever accuracies are measured
  int threads = 0;
  bool json = false;
};

using Json = nlohmann::json;

/// A line to stdout, at once. Whoever reads it may have gone, as head(1) does: then the run is to end.
void print(const std::string& text) {
  if (std::printf("%s\n", text.c_str()) >= 0 && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) StopSignals::lost_reader();
  if (StopSignals::stop()) std::clearerr(stdout);  // nobody misses the line; any other failure is told at the end
}

/// What the run says: to stdout, and to out.txt.
class RunLog {
 public:
  RunLog(RunDirectory* directory, bool quiet) : directory_(directory), quiet_(quiet) {}
  void say(const std::string& text) const {
    if (!quiet_) print(text);
    if (directory_) directory_->append("out.txt", text);
  }
  /// To stderr, and to out.txt.
  void note(const std::string& text) const {
    std::fprintf(stderr, "sandgrad: note: %s\n", text.c_str());
    if (directory_) directory_->append("out.txt", "note: " + text);
  }

 private:
  RunDirectory* directory_;
  bool quiet_;
};

/// The run that is in the directory, if it is to go on. Throws Error(busy) if it has other settings.
std::optional<Manifest> run_to_go_on(const TrainOptions& options, const Settings& settings) {
  if (options.output_dir.empty() || options.fresh || !RunDirectory::holds_run(options.output_dir)) return std::nullopt;
  Manifest recorded = read_manifest((std::filesystem::path(options.output_dir) / "record.json").string());
  check_same_run(recorded, settings);
  return recorded;
}

/// What done says about a run that came to its end; "" where there is none, or none that says so.
std::string outcome_in(const Directory& directory, const Settings& settings) {
  constexpr std::uint64_t kMostBytes = 4096;
  if (!directory.has("done")) return "";
  InputFile file(directory, "done");
  if (file.size() > kMostBytes) return "";
  const Json done = parse_json(file.text(kMostBytes));
  const bool whole = done.is_object() && done.value("steps", Json()) == settings.steps && done.value("weights", Json()).is_string();
  return whole ? without_controls(done.dump()) : "";
}

/// Removes what a process left that was killed just when its run was finished, if that can be done.
void tidy(const std::string& output_dir) try { const RunDirectory directory(output_dir); } catch (const Error&) {
  // It does no harm.
}

/// Puts the run where its last usable checkpoint says, and cuts the lines back that came after it.
void go_on(Training& run, RunDirectory& directory, Checkpoints& checkpoints, const RunLog& run_log) {
  const auto passed_over = [](const std::string& file, const std::string& why) {
    std::fprintf(stderr, "sandgrad: passed over %s\n    %s\n", file.c_str(), why.c_str());
  };
  const Settings& settings = run.settings();
  std::map<std::string, std::vector<std::uint64_t>> ends;
  for (const char* log : RunDirectory::kLogs) ends[log] = line_ends(directory.held(), log, settings);
  const auto restore = [&](const Checkpoint& checkpoint) {
    for (const char* log : RunDirectory::kLogs) {
      const std::size_t lines = lines_after(checkpoint.state.step, log, settings), found = ends[log].size();
      check(found >= lines, [&] {
        return Error(Fault::data, "run directory: lines of a log are missing or out of order")
            .fact("path", directory.held().path_of(log))
            .fact("expected", std::to_string(lines) + " lines with the steps of the records up to this checkpoint")
            .fact("found", std::to_string(found));
      });
    }
    run.restore(checkpoint.state);
  };
  const std::optional<Checkpoint> last = checkpoints.last(restore, passed_over);
  if (last) run.restore(last->state);
  for (const auto& [log, end] : ends) {
    const std::size_t lines = last ? lines_after(last->state.step, log, settings) : 0;
    directory.cut(log, lines > 0 ? end[lines - 1] : 0);
  }
  directory.held().remove("done");  // it did not say that the run has ended
  run_log.say(last ? "goes on after step " + std::to_string(run.step() - 1) : "no usable checkpoint: starts over");
}

/// The next update. When numbers go wrong in it, the error says what there is to go back to.
void update(Training& run, const std::optional<Checkpoints>& checkpoints) try { run.update(); } catch (Error& error) {
  const std::vector<int> steps = checkpoints ? checkpoints->steps() : std::vector<int>();
  if (error.fault() == Fault::non_finite && !steps.empty()) error.fact("kept", checkpoints->file(steps.back()).string());
  throw;
}

int train(const TrainOptions& options) {
  const Settings settings = resolve(options.request);
  const Threads threads(options.threads);
  std::optional<Manifest> recorded = run_to_go_on(options, settings);
  if (recorded) {  // a look is enough, and needs no lock: the disk may be read-only
    const Directory finished(options.output_dir);
    const std::string outcome = outcome_in(finished, settings);
    if (!outcome.empty()) {
      if (finished.has(RunLock::kName)) tidy(options.output_dir);
      std::fprintf(options.json ? stderr : stdout, "the run in %s is finished: %s\n", options.output_dir.c_str(), outcome.c_str());
      return 0;
    }
  }
  std::optional<RunDirectory> directory;
  const auto open_directory = [&] {
    directory.emplace(options.output_dir, !options.no_lock);
    recorded = run_to_go_on(options, settings);
  };
  if (!options.output_dir.empty() && RunDirectory::holds_run(options.output_dir)) open_directory();

  MemoryEstimate memory{.program = process_memory("VmRSS")};
  const domains::DataSet data = make_data_set(settings.data, threads);
  memory.measure_data();
  memory.foresee(settings, data);
  check_fits(memory, threads);
  Training run(settings, data, threads);
  memory.foresee(run, threads, !options.output_dir.empty());
  check_fits(memory, threads);
  const Model& model = run.model();
  if (!options.output_dir.empty() && !directory) open_directory();  // only now: nothing is made for a run that cannot begin
  std::optional<Checkpoints> checkpoints;
  const RunLog run_log(directory ? &*directory : nullptr, options.json);
  if (directory) {
    checkpoints.emplace(directory->checkpoints(), settings, model.parameters);
    const Manifest record = manifest(settings, data, model.parameters);
    if (recorded) {
      check_same_inputs(*recorded, record);
    } else {
      if (directory->held().has("record.json")) directory->clear();
      directory->write("record.json", record_json(record, data, threads));
    }
  }
  const StopSignals signals;
  std::fprintf(stderr, "memory: %s\n", memory.text().c_str());
  const std::vector<int>& training = run.training_domains();
  run_log.say(settings.algorithm + " on " + data.name + " (" + data.source + "), protocol " + settings.protocol.name + ", " +
              std::to_string(training.size()) + " training domains, kernels " + kernels::chosen().name + ", " +
              std::to_string(threads.count()) + (threads.count() == 1 ? " thread" : " threads"));
  run_log.say(nn::summary(model.network, model.parameters, data.example));
  const int domains = static_cast<int>(training.size());
  if (const std::optional<std::string> note = note_on_tau(settings, domains)) run_log.note(*note);
  if (recorded) go_on(run, *directory, *checkpoints, run_log);
  run_log.say(table_head(settings, data));

  Progress progress("train", settings.steps);
  std::optional<Record> last;
  for (bool stop = false; !run.finished() && !stop;) {
    update(run, checkpoints);
    progress.at(run.step(), "loss " + std::to_string(run.loss()));
    double score = NAN;
    bool measured = false;
    if (run.record_due()) {
      last = run.record();
      score = mean_accuracy(last->out, training);
      measured = !std::isnan(mean_accuracy(last->in, training));
      progress.clear();
      run_log.say(table_line(*last, settings, training));
      const std::string line = result_line(settings, *last, options.output_dir);
      if (options.json) print(line);
      if (directory && is_result(settings, last->step)) directory->append("results.jsonl", line);
      if (directory) directory->append("metrics.jsonl", metrics_line(data, *last));
    }
    const bool due = options.checkpoint_every > 0 ? (run.step() - 1) % options.checkpoint_every == 0 : measured;
    stop = StopSignals::stop();
    if (directory && (due || run.finished() || stop)) {
      directory->sync();
      checkpoints->keep({run.save(), score});
    }
  }
  progress.clear();
  if (directory && !directory->held().in_place())
    std::fprintf(stderr, "sandgrad: run directory: somebody moved it while the run was on; the run's files went with it\n    path %s\n",
                 options.output_dir.c_str());

  if (last && settings.algorithm != "ERM") run_log.say(report_with_notes(settings, domains, *last->masks));
  run_log.say(weights_line(run));
  if (!run.finished()) {
    run_log.say("stopped on request after " + std::to_string(run.step()) + " of " + std::to_string(settings.steps) + " steps" +
                (directory ? "; the same command goes on from there" : ""));
    return StopSignals::exit_code();
  }
  const std::optional<std::string> never_learned = run.never_learned();
  if (never_learned) {
    const std::string warning = never_learned_line(*never_learned);
    run_log.say(warning);
    std::fprintf(stderr, "sandgrad: %s\n", warning.c_str());
  }
  if (directory) directory->write("weights.safetensors", weights_file(model).bytes());
  if (directory) directory->write("done", outcome_json(run.step(), run.fingerprint(), never_learned));
  return 0;
}

}  // namespace

void add_train(Command& command) {
  static TrainOptions o;
  const char* group = nullptr;
  visit_settings(o.request, [&]<class Value>(const char* heading, const Setting& setting, Value& field) {
    if (heading != group) command.group(group = heading);
    if (*setting.flags == '\0') return;
    if constexpr (std::is_same_v<Value, bool>)
      command.flag(setting.flags, field, setting.help);
    else
      command.option(setting.flags, field, setting.help, {setting.least, setting.most});
  });
  command.group("Run directory");
  command.option("--output-dir,--output_dir", o.output_dir, "directory of the run's files (default: nothing is kept)").refuses_empty();
  command.flag("--fresh", o.fresh, "start over in a run directory that holds a run, instead of resuming it");
  command.flag("--no-lock", o.no_lock, "do not lock the run directory: for file systems without locks");
  command.option("--checkpoint-every,--checkpoint_every", o.checkpoint_every,
                 "steps between two checkpoints (default: at every evaluation)", kCounts);
  command.group("Program");
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print records as JSON lines");
  command.run([] { return train(o); });
}

}  // namespace sand::experiments
