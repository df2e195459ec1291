#include "experiments/runs/run_keeper.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/signals.h"
#include "experiments/runs/log_lines.h"
#include "experiments/runs/longer_run.h"
#include "experiments/runs/record_table.h"
#include "experiments/runs/records.h"
#include "experiments/runs/run_events.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/settings_json.h"
#include "experiments/training/mask_notes.h"
#include "experiments/training/parameter_file.h"
#include "nn/summary.h"
#include "tensor/file.h"
#include "tensor/kernels/kernels.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

/// Prints a line on stdout immediately. If its reader is gone, as with head(1), the run stops.
void print(const std::string& text) {
  if (std::printf("%s\n", text.c_str()) >= 0 && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) StopSignals::lost_reader();
  if (StopSignals::stop())
    std::clearerr(stdout);  // nobody reads the line; any other failure is reported at the end
}

/// Whether done says that --early-stop ended the run.
bool stopped_early(const nlohmann::json& done, const Settings& settings) {
  if (settings.recipe.early_stop == 0) return false;
  const nlohmann::json stop = done.value("early_stop", nlohmann::json());
  return stop.is_object() && stop.value("stopped", nlohmann::json()) == true;
}

/// The content of done for a finished run; "" if it is missing or not complete.
std::string outcome_in(const Directory& directory, const Settings& settings) {
  constexpr std::uint64_t kMostBytes = 4096;
  if (!directory.has("done")) return "";
  InputFile file(directory, "done");
  if (file.size() > kMostBytes) return "";
  const auto done = parse_json(file.text(kMostBytes));
  if (!done.is_object()) return "";
  const nlohmann::json steps = done.value("steps", nlohmann::json());
  const bool whole = (steps == settings.steps || stopped_early(done, settings)) &&
                     done.value("weights", nlohmann::json()).is_string();
  return whole ? without_controls(done.dump()) : "";
}

Checkpoint checkpoint_of(const Training& run, const Record* record) {
  return {run.save(), record ? mean_accuracy(record->out, run.loop().training_domains()) : NAN};
}

/// Whether the record is the best one so far of a run with --early-stop.
bool is_best(const Record* record) {
  return record && record->early_stop && record->early_stop->best_step == record->step;
}

/// Removes, if possible, the leftovers of a process that was killed just after its run was finished.
void tidy(const std::string& output_dir) try {
  const RunDirectory directory(output_dir);
} catch (const Error&) {
  // They do no harm.
}

}  // namespace

RunKeeper::RunKeeper(const Settings& settings, const RunKeeperOptions& options)
    : settings_(settings), options_(options), recorded_(recorded()) {
  check(!options_.tensorboard || !options_.output_dir.empty(), [] {
    return Error(Fault::usage, "--tensorboard: needs --output-dir, where the event file is written");
  });
}

std::optional<Manifest> RunKeeper::recorded() const {
  if (options_.output_dir.empty() || options_.fresh || !RunDirectory::holds_run(options_.output_dir))
    return std::nullopt;
  Manifest found = read_manifest((std::filesystem::path(options_.output_dir) / "record.json").string());
  Manifest longer = found;
  longer.settings.steps = std::max(found.settings.steps, settings_.steps);  // it may go on to more steps
  const bool only_longer = differences(longer.settings, settings_).empty();
  check_same_run(only_longer ? longer : found, settings_);
  return found;
}

bool RunKeeper::finished() const {
  if (!recorded_) return false;
  const Directory directory(options_.output_dir);
  const std::string outcome = outcome_in(directory, settings_);
  if (outcome.empty()) return false;
  if (directory.has(RunLock::kName)) tidy(options_.output_dir);
  if (!options_.silent)
    std::fprintf(options_.json || options_.quiet ? stderr : stdout, "the run in %s is finished: %s\n",
                 options_.output_dir.c_str(), outcome.c_str());
  return true;
}

void RunKeeper::open() {
  if (options_.output_dir.empty() || !RunDirectory::holds_run(options_.output_dir)) return;
  directory_.emplace(options_.output_dir, !options_.no_lock);
  recorded_ = recorded();
}

void RunKeeper::claim(const Training& run, const Threads& threads, int ranks) {
  const Parameters& parameters = run.loop().model().parameters;
  if (!options_.output_dir.empty() && !directory_) {  // only now: a run that cannot begin creates nothing
    directory_.emplace(options_.output_dir, !options_.no_lock);
    recorded_ = recorded();
  }
  if (!directory_) return;
  checkpoints_.emplace(directory_->checkpoints(), settings_, parameters);
  const Manifest found = manifest(settings_, run.loop().data(), parameters);
  if (recorded_) {
    check_same_inputs(*recorded_, found);
    if (recorded_->settings.steps < settings_.steps)
      lengthen(*directory_, recorded_->settings, settings_, parameters,
               record_json(found, run.loop().data(), threads));
    return;
  }
  if (directory_->held().has("record.json")) directory_->clear();
  const std::string record = record_json(found, run.loop().data(), threads);
  directory_->write("record.json", ranks > 1 ? with_ranks(record, ranks) : record);
}

void RunKeeper::begin(Training& run, const Threads& threads, int ranks) {
  const Model& model = run.loop().model();
  const int domains = static_cast<int>(run.loop().training_domains().size());
  say(settings_.algorithm + " on " + run.loop().data().name + " (" + run.loop().data().source +
      "), protocol " + settings_.protocol.name + ", " + std::to_string(domains) +
      " training domains, kernels " + kernels::chosen().name + ", " + std::to_string(threads.count()) +
      (threads.count() == 1 ? " thread" : " threads") +
      (ranks > 1 ? " on each of " + std::to_string(ranks) + " ranks" : ""));
  say(nn::summary(model.network, model.parameters, run.loop().data().example));
  if (const std::optional<std::string> text = note_on_tau(settings_, domains)) note(*text);
  if (recorded_) resume(run);
  if (directory_ && options_.tensorboard) begin_events(*directory_, run.step());
  say(table_head(settings_, run.loop().data()));
}

/// Restores the run from its last usable checkpoint and removes the later lines of the logs.
void RunKeeper::resume(Training& run) {
  const auto passed_over = [](const std::string& file, const std::string& why) {
    std::fprintf(stderr, "sandgrad: skipped %s\n    %s\n", file.c_str(), why.c_str());
  };
  const bool longer = has_lines_of_another_length(*directory_, settings_);
  std::map<std::string, std::vector<std::uint64_t>> ends;
  for (const char* log : RunDirectory::kLogs) ends[log] = line_ends(directory_->held(), log, settings_);
  const auto restore = [&](const Checkpoint& checkpoint) {
    for (const char* log : RunDirectory::kLogs) {
      const std::size_t lines = lines_after(checkpoint.state.step, log, settings_), found = ends[log].size();
      check(found >= lines, [&] {
        return Error(Fault::data, "run directory: lines of a log are missing or out of order")
            .fact("path", directory_->held().path_of(log))
            .fact("expected",
                  std::to_string(lines) + " lines with the steps of the records up to this checkpoint")
            .fact("found", std::to_string(found));
      });
    }
    if (const int best = checkpoint.state.early_stop.best_step; best >= 0)
      check(checkpoints_->read_best().state.step > best, [&] {  // a later one is written again
        return Error(Fault::data,
                     "checkpoint: best.safetensors is older than the best record before this one");
      });
    run.restore(checkpoint.state);
  };
  const std::optional<Checkpoint> last = checkpoints_->last(restore, passed_over);
  if (last) run.restore(last->state);
  for (const auto& [log, end] : ends) {
    const std::size_t lines = last ? lines_after(last->state.step, log, settings_) : 0;
    directory_->cut(log, lines > 0 ? end[lines - 1] : 0);
  }
  if (longer) adopt_lines(*directory_, settings_, last_line_before(run.step(), "metrics.jsonl", settings_));
  directory_->held().remove("done");  // it did not say that the run is finished
  say(last ? "goes on after step " + std::to_string(run.step() - 1) +
                 (longer ? ", to " + std::to_string(settings_.steps) + " steps" : "")
           : "no usable checkpoint: starts over");
}

void RunKeeper::record(const Training& run, const Record& record) {
  say(table_line(record, settings_, run.loop().training_domains()));
  const std::string line = result_line(settings_, record, options_.output_dir);
  if (options_.json && !options_.quiet) print(line);
  if (directory_) {
    if (is_result(settings_, record.step)) directory_->append("results.jsonl", line);
    directory_->append("metrics.jsonl", metrics_line(run.loop().data(), record));
    if (options_.tensorboard) append_event(*directory_, event_of(run, record));
  }
  if (options_.on_record) options_.on_record(run, record);
}

void RunKeeper::end_of_step(const Training& run, const Record* record, bool stop) {
  if (!directory_) return;
  const bool measured = record && !std::isnan(mean_accuracy(record->in, run.loop().training_domains()));
  const bool due =
      options_.checkpoint_every > 0 ? (run.step() - 1) % options_.checkpoint_every == 0 : measured;
  if (!due && !run.finished() && !stop) {
    if (!is_best(record)) return;
    directory_->sync();
    return checkpoints_->keep_best(checkpoint_of(run, record));
  }
  directory_->sync();
  const Checkpoint checkpoint = checkpoint_of(run, record);
  if (is_best(record)) checkpoints_->keep_best(checkpoint);
  checkpoints_->keep(checkpoint);
}

void RunKeeper::end(const Training& run, const std::optional<Record>& last) {
  if (directory_ && !directory_->held().in_place())
    std::fprintf(stderr,
                 "sandgrad: run directory: it was moved during the run, with the run's files\n "
                 "   path %s\n",
                 options_.output_dir.c_str());
  if (last && algorithm(settings_).combiner->has_mask)
    say(report_with_notes(settings_, static_cast<int>(run.loop().training_domains().size()), *last->masks));
  say(weights_line(run));
  if (!run.finished()) {
    say("stopped on request after " + std::to_string(run.step()) + " of " + std::to_string(settings_.steps) +
        " steps" + (directory_ ? "; the same command goes on from there" : ""));
    return;
  }
  for (const std::string& line : early_stop_lines(run, directory_.has_value())) say(line);
  const std::optional<std::string> never_learned = run.loop().never_learned();
  if (never_learned) {
    const std::string warning = never_learned_line(*never_learned);
    say(warning);
    if (!options_.silent) std::fprintf(stderr, "sandgrad: %s\n", warning.c_str());
  }
  if (!directory_) return;
  directory_->write("weights.safetensors", weights_file(run.loop().model()).bytes());
  directory_->write("done", outcome_json(run.step(), run.loop().fingerprint(), never_learned,
                                         run.early_stop(), settings_.recipe.early_stop));
}

void RunKeeper::note_ranks(const RankReport& report) {
  std::fprintf(stderr, "ranks: %s\n", report.text().c_str());
  if (!directory_) return;
  constexpr std::uint64_t kMostBytes = 1u << 28;
  const std::string record = InputFile(directory_->held(), "record.json").text(kMostBytes);
  directory_->write("record.json", with_ranks(record, report.ranks, report.communication));
}

void RunKeeper::tell_kept(Error& error) const {
  const std::vector<int> steps = checkpoints_ ? checkpoints_->steps() : std::vector<int>();
  if (error.fault() == Fault::non_finite && !steps.empty())
    error.fact("kept", checkpoints_->file(steps.back()).string());
}

void RunKeeper::say(const std::string& text) {
  if (!options_.json && !options_.quiet) print(text);
  if (directory_) directory_->append("out.txt", text);
}

void RunKeeper::note(const std::string& text) {
  if (!options_.silent) std::fprintf(stderr, "sandgrad: note: %s\n", text.c_str());
  if (directory_) directory_->append("out.txt", "note: " + text);
}

}  // namespace sand::experiments
