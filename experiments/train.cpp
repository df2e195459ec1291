// `sandgrad train`: one run, told on stdout and kept in a run directory.
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <optional>

#include "experiments/available_memory.h"
#include "experiments/checkpoint.h"
#include "experiments/commands.h"
#include "experiments/mask_notes.h"
#include "experiments/memory_estimate.h"
#include "experiments/parameter_file.h"
#include "experiments/progress.h"
#include "experiments/records.h"
#include "experiments/run_directory.h"
#include "experiments/run_record.h"
#include "experiments/training.h"
#include "nn/summary.h"
#include "tensor/kernels/kernels.h"

namespace sand::experiments {
namespace {

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, Ctrl-C, a polite kill and a scheduler's SIGUSR1 ask for an end after the step at hand; a second Ctrl-C ends at once.
class Interrupts {
 public:
  Interrupts() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int signal) { interrupted = signal; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &old_[i]);
  }
  ~Interrupts() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_[i], nullptr);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// As a shell has it; for SIGUSR1 75, which asks schedulers to try again (EX_TEMPFAIL).
  static int exit_code() { return interrupted == SIGUSR1 ? 75 : 128 + static_cast<int>(interrupted); }

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> old_{};
};

/// What the run says: to stdout, and to out.txt.
class Voice {
 public:
  Voice(const RunDirectory* directory, bool quiet) : directory_(directory), quiet_(quiet) {}
  void say(const std::string& text) const {
    if (!quiet_) std::printf("%s\n", text.c_str()), std::fflush(stdout);
    if (directory_) directory_->append("out.txt", text);
  }
  /// To stderr, and to out.txt.
  void note(const std::string& text) const {
    std::fprintf(stderr, "sandgrad: note: %s\n", text.c_str());
    if (directory_) directory_->append("out.txt", "note: " + text);
  }

 private:
  const RunDirectory* directory_;
  bool quiet_;
};

std::string percent(double share) {
  if (std::isnan(share)) return "      -";
  char text[16];
  std::snprintf(text, sizeof text, "%6.1f%%", 100 * share);
  return text;
}

/// NaN where one of them was not measured.
double mean_accuracy(const std::vector<Score>& scores, const std::vector<int>& envs) {
  double total = 0;
  for (const int env : envs) total += scores[static_cast<std::size_t>(env)].accuracy;
  return total / static_cast<double>(envs.size());
}

/// "   100    0.1234   99.8%   99.1%   51.2%   closed  93.1%"
std::string table_line(const Record& record, const Settings& settings, const std::vector<int>& training) {
  char start[64];
  std::snprintf(start, sizeof start, "%6d  %10.4g", record.step, record.loss);
  std::string line = start;
  line += "  " + percent(mean_accuracy(record.in, training));
  line += settings.protocol.holdout_fraction > 0 ? "  " + percent(mean_accuracy(record.out, training)) : "        -";
  for (const int env : settings.protocol.test_envs) line += "  " + percent(record.in[static_cast<std::size_t>(env)].accuracy);
  if (record.masks) {
    const optim::MaskCounts& total = record.masks->total;
    line += "   " + percent(total.fraction(total.closed)) + " " + percent(total.fraction(total.partial)) + " " +
            percent(total.fraction(total.open));
  }
  return line;
}

std::string table_head(const Settings& settings, const domains::DataSet& data) {
  std::string head = "  step        loss  train in  held out";
  for (const int env : settings.protocol.test_envs) {
    std::string name = "test " + data.domains[static_cast<std::size_t>(env)].name;
    head += "  " + name;
  }
  return head + "   mask: closed, partial, open";
}

/// The run that is in the directory, if it is to go on. Throws Error(busy) if it has other settings.
std::optional<RunRecord> run_to_go_on(const RunDirectory& directory, const TrainOptions& options, const Settings& settings) {
  if (options.fresh || !RunDirectory::holds_run(directory.path())) return std::nullopt;
  RunRecord recorded = read_record(directory.record().string());
  check_same_run(recorded, settings);
  return recorded;
}

/// Puts the run where its last whole checkpoint says, and cuts the lines back that came after it.
void go_on(Training& run, const RunDirectory& directory, Checkpoints& checkpoints, const Voice& voice) {
  const auto damaged = [](const std::string& file, const std::string& why) {
    std::fprintf(stderr, "sandgrad: passed over %s\n    %s\n", file.c_str(), why.c_str());
  };
  const auto usable = [&](const Checkpoint& checkpoint) {
    directory.check_line_end("results.jsonl", checkpoint.results_bytes);
    directory.check_line_end("metrics.jsonl", checkpoint.metrics_bytes);
  };
  const std::optional<Checkpoint> last = checkpoints.last(usable, damaged);
  if (last) run.restore(last->state);
  directory.cut("results.jsonl", last ? last->results_bytes : 0);
  directory.cut("metrics.jsonl", last ? last->metrics_bytes : 0);
  voice.say(last ? "goes on after step " + std::to_string(run.step() - 1) : "no checkpoint yet: starts over");
}

/// The next update. When numbers go wrong in it, the error says what there is to go back to.
void update(Training& run, const std::optional<Checkpoints>& checkpoints) try { run.update(); } catch (Error& error) {
  const std::vector<int> steps = checkpoints ? checkpoints->steps() : std::vector<int>();
  if (error.fault() == Fault::non_finite && !steps.empty()) error.fact("kept", checkpoints->file(steps.back()).string());
  throw;
}

}  // namespace

int train_command(const TrainOptions& options) {
  const Settings settings = settle(options.request);
  const Threads threads(options.threads);
  std::optional<RunDirectory> directory;
  std::optional<RunRecord> recorded;
  const auto open_directory = [&] {
    directory.emplace(options.output_dir);
    recorded = run_to_go_on(*directory, options, settings);
  };
  if (!options.output_dir.empty() && RunDirectory::holds_run(options.output_dir)) open_directory();
  if (recorded && directory->has("done")) {
    std::fprintf(options.json ? stderr : stdout, "the run in %s is finished: %s", options.output_dir.c_str(),
                 directory->read("done").c_str());
    return 0;
  }

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
  const Voice voice(directory ? &*directory : nullptr, options.json);
  if (directory) {
    checkpoints.emplace(directory->checkpoints(), settings, model.parameters);
    const RunRecord record = run_record(settings, data, model.parameters);
    if (recorded) {
      check_same_inputs(*recorded, record);
    } else {
      if (RunDirectory::holds_run(directory->path())) directory->clear();
      directory->write("record.json", record_json(record, data, threads));
    }
  }
  std::fprintf(stderr, "memory: %s\n", memory.text().c_str());
  const std::vector<int>& training = run.training_domains();
  voice.say(settings.algorithm + " on " + data.name + " (" + data.source + "), protocol " + settings.protocol.name + ", " +
            std::to_string(training.size()) + " training domains, kernels " + kernels::chosen().name + ", " +
            std::to_string(threads.count()) + (threads.count() == 1 ? " thread" : " threads"));
  voice.say(nn::summary(model.network, model.parameters, data.example));
  const std::optional<std::string> tau_note = note_on_tau(settings, static_cast<int>(training.size()));
  if (tau_note) voice.note(*tau_note);
  if (recorded) go_on(run, *directory, *checkpoints, voice);
  voice.say(table_head(settings, data));

  Progress progress("train", settings.protocol.steps);
  const Interrupts interrupts;
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
      voice.say(table_line(*last, settings, training));
      if (options.json) std::printf("%s\n", result_line(settings, *last, options.output_dir).c_str());
      if (directory) directory->append("results.jsonl", result_line(settings, *last, options.output_dir));
      if (directory) directory->append("metrics.jsonl", metrics_line(data, *last));
    }
    const bool due = options.checkpoint_every > 0 ? (run.step() - 1) % options.checkpoint_every == 0 : measured;
    stop = interrupted != 0;
    if (directory && (due || run.finished() || stop)) {
      directory->sync();
      checkpoints->keep({run.save(), score, directory->length("results.jsonl"), directory->length("metrics.jsonl")});
    }
  }
  progress.clear();

  if (last && settings.algorithm != "ERM") {
    voice.say("\n" + last->masks->text());
    for (const std::optional<std::string>& note : {tau_note, note_on_saturation(settings, *last->masks)})
      if (note) voice.say("note: " + *note + "\n");
  }
  voice.say("weights " + run.fingerprint() + " after " + std::to_string(run.step()) + " steps");
  if (!run.finished()) {
    voice.say("stopped on request after " + std::to_string(run.step()) + " of " + std::to_string(settings.protocol.steps) + " steps" +
              (directory ? "; the same command goes on from there" : ""));
    return Interrupts::exit_code();
  }
  const std::optional<std::string> never_learned = run.never_learned();
  if (never_learned) {
    const std::string warning = "NEVER LEARNED: " + *never_learned + ". Its accuracies are those of an untrained network.";
    voice.say(warning);
    std::fprintf(stderr, "sandgrad: %s\n", warning.c_str());
  }
  if (directory) weights_file(model).write((directory->path() / "weights.safetensors").string());
  if (directory) directory->write("done", outcome_json(run.step(), run.fingerprint(), never_learned));
  return 0;
}

}  // namespace sand::experiments
