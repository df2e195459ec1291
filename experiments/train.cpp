// `sandgrad train`: one run, told on stdout and kept in a run directory.
#include <cmath>
#include <csignal>
#include <cstdio>
#include <optional>

#include "experiments/algorithms.h"
#include "experiments/commands.h"
#include "experiments/progress.h"
#include "experiments/records.h"
#include "experiments/run_directory.h"
#include "experiments/training.h"
#include "nn/summary.h"
#include "tensor/kernels/kernels.h"
#include "tensor/safetensors.h"

namespace sand::experiments {
namespace {

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, Ctrl-C and a polite kill ask for an end after the step at hand; a second one ends at once.
class Interrupts {
 public:
  Interrupts() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int signal) { interrupted = signal; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
  }
  ~Interrupts() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  struct sigaction old_int_ {
  }, old_term_{};
};

/// What the run says: to stdout, and to out.txt.
class Voice {
 public:
  Voice(const RunDirectory* directory, bool quiet) : directory_(directory), quiet_(quiet) {}
  void say(const std::string& text) const {
    if (!quiet_) std::printf("%s\n", text.c_str()), std::fflush(stdout);
    if (directory_) directory_->append("out.txt", text);
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

Safetensors weights_file(const Model& model) {
  Safetensors file;
  for (const Slot& slot : model.parameters.slots()) file.add(slot.name, std::as_const(model.parameters)[slot]);
  file.metadata["model"] = model.description;
  return file;
}

}  // namespace

int train_command(const TrainOptions& options) {
  const Settings settings = settle(options.request);
  const Threads threads(options.threads);
  const domains::DataSet data = make_data_set(settings.data, threads);
  const std::vector<int> training = training_domains(settings, static_cast<int>(data.domains.size()),
                                                     settings.allow_closed ? 1 : algorithm(settings.algorithm).fewest_domains);
  const std::unique_ptr<Model> model = initial_model(settings, data);

  std::optional<RunDirectory> directory;  // only now: nothing is made for a run that cannot begin
  if (!options.output_dir.empty()) directory.emplace(options.output_dir, options.fresh);
  if (directory) directory->write("config.json", config_json(settings, data, threads));
  const Voice voice(directory ? &*directory : nullptr, options.json);
  voice.say(settings.algorithm + " on " + data.name + " (" + data.source + "), protocol " + settings.protocol.name + ", " +
            std::to_string(training.size()) + " training domains, kernels " + kernels::chosen().name + ", " +
            std::to_string(threads.count()) + (threads.count() == 1 ? " thread" : " threads"));
  voice.say(nn::summary(model->network, model->parameters, data.example));
  voice.say(table_head(settings, data));

  Progress progress("train", settings.protocol.steps);
  const Interrupts interrupts;
  TrainingEvents events;
  events.step = [&](int step, double loss) { progress.at(step + 1, "loss " + std::to_string(loss)); };
  events.stop = [] { return interrupted != 0; };
  events.record = [&](const Record& record) {
    progress.clear();
    voice.say(table_line(record, settings, training));
    if (options.json) std::printf("%s\n", result_line(settings, record, options.output_dir).c_str());
    if (!directory) return;
    directory->append("results.jsonl", result_line(settings, record, options.output_dir));
    directory->append("metrics.jsonl", metrics_line(data, record));
  };
  const Outcome outcome = train(settings, data, threads, events);
  progress.clear();

  if (outcome.last.masks && settings.algorithm != "ERM") voice.say("\n" + outcome.last.masks->text());
  if (directory) weights_file(*outcome.model).write((directory->path() / "weights.safetensors").string());
  voice.say("weights " + outcome.fingerprint + " after " + std::to_string(outcome.steps) + " steps");
  if (outcome.interrupted) {
    voice.say("stopped on request after step " + std::to_string(outcome.steps) + " of " + std::to_string(settings.protocol.steps) +
              (directory ? "; the records so far and these weights are kept" : ""));
    return 128 + static_cast<int>(interrupted);
  }
  if (outcome.never_learned) {
    const std::string warning = "NEVER LEARNED: " + *outcome.never_learned + ". Its accuracies are those of an untrained network.";
    voice.say(warning);
    std::fprintf(stderr, "sandgrad: %s\n", warning.c_str());
  }
  if (directory) directory->write("done", outcome_json(outcome));
  return 0;
}

}  // namespace sand::experiments
