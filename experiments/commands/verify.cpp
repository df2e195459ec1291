// `sandgrad verify`: replays a recorded run and compares every recorded bit.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/explain/second_opinion.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/sha256.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/runs/difference.h"
#include "experiments/runs/kept_files.h"
#include "experiments/runs/log_lines.h"
#include "experiments/runs/out_text.h"
#include "experiments/runs/record_table.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/runs/recorded_logs.h"
#include "experiments/runs/recorded_run.h"
#include "experiments/runs/records.h"
#include "experiments/runs/verify_report.h"
#include "experiments/setup/settings_json.h"

namespace sand::experiments {
namespace {

struct VerifyOptions {
  std::string run;                   ///< a run directory
  std::string data_dir;              ///< "": the recorded directory
  int from_step = -1, to_step = -1;  ///< -1: from the beginning, to the end
  int threads = 0;
  bool second_opinion = false;
  std::string expect_chain;  ///< of the last record, 64 hexadecimal digits; "": no comparison
  std::string opinion_on;    ///< for sandgrad64: a folder with updates of sandgrad
};

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Replays a run and compares it with the recorded one.
class Verification {
 public:
  Verification(const VerifyOptions& options, const RecordedLogs& logs, RecordedRun& recorded)
      : options_(options),
        run_(options.run),
        recorded_(recorded),
        replay_(recorded.run),
        checkpoints_(run_ / "checkpoints", recorded.record.settings, replay_.loop().model().parameters),
        metrics_((run_ / "metrics.jsonl").string()),
        results_((run_ / "results.jsonl").string()) {
    if (options.second_opinion) opinion_.emplace();
    const ComparedRecord record = compare_record_json(run_, recorded);
    same_version_ = record.same_version;
    add(record.finding);
    for (const int step : checkpoints_.steps()) try {
        checkpoint_steps_.push_back(step);
        checkpoints_.read(step);
      } catch (const Error& error) {
        findings_.push_back({error.what(), {}});
      }
    if (checkpoints_.has_best()) try {
        best_ = checkpoints_.read_best();
      } catch (const Error& error) {
        findings_.push_back({error.what(), {}});
      }
    if (findings_.empty()) begin(logs.last_step);
  }

  /// Replays, and compares.
  VerifyReport operator()() {
    Progress progress("verify", end_);
    bool found = !findings_.empty();
    while (replay_.step() < end_ && !replay_.finished() && !(found && compared_state_)) {
      const bool sampled = opinion_ && is_sampled(replay_.step());
      const TrainingState before = sampled ? replay_.save() : TrainingState{};
      replay_.update();
      if (sampled) opinion_->add(before, replay_);
      progress.at(replay_.step());
      compared_state_ = false;
      double score = NAN;
      if (replay_.record_due()) score = compare_record();
      if (out_ && out_->has_weights_after(replay_.step())) out_->compare_weights(replay_);
      found = !findings_.empty();
      compare_checkpoint(score);
      compare_best(score);
    }
    progress.clear();
    if (findings_.empty() && replay_.step() < end_)
      add(Finding{"metrics.jsonl: its lines go on after the record that ends the run early", {}});
    if (findings_.empty()) compare_end();
    if (opinion_ && findings_.empty())
      if (const int code = opinion_->ask(options_.run, options_.data_dir); code != 0)
        findings_.push_back(
            {"sandgrad64 gave no second opinion", {{"exit code of sandgrad64", std::to_string(code)}}});
    report_.steps = replay_.step() - first_;
    report_.from_step = options_.from_step;
    report_.whole = options_.from_step < 0 && options_.to_step < 0;
    report_.text = out_.has_value();
    report_.chain = !options_.expect_chain.empty();
    return report_;
  }

 private:
  void begin(int last_step) {
    const bool whole = options_.from_step < 0 && options_.to_step < 0;
    if (whole && same_version_ && is_there(run_ / "out.txt"))
      out_.emplace((run_ / "out.txt").string(), replay_);
    if (options_.from_step >= 0) {
      check(std::binary_search(checkpoint_steps_.begin(), checkpoint_steps_.end(), options_.from_step), [&] {
        std::string all;
        for (const int step : checkpoint_steps_) all += (all.empty() ? "" : ", ") + std::to_string(step);
        return Error(Fault::usage, "verify: --from-step must be the step of a checkpoint")
            .fact("given", std::to_string(options_.from_step))
            .fact("checkpoints", all.empty() ? "none" : all);
      });
      replay_.restore(checkpoints_.read(options_.from_step).state);
    }
    first_ = replay_.step();
    const int steps = recorded_.record.settings.steps;
    const int last = std::max(last_step, checkpoint_steps_.empty() ? -1 : checkpoint_steps_.back());
    const int asked = options_.to_step >= 0 ? std::min(options_.to_step, last) : last;
    check(first_ <= asked && asked < steps, [&] {
      return Error(options_.to_step >= 0 ? Fault::usage : Fault::data,
                   "verify: there is nothing to replay between these steps")
          .fact("from", std::to_string(first_))
          .fact("to", std::to_string(asked))
          .fact("the run has", std::to_string(steps) + " steps, " + std::to_string(std::int64_t{last} + 1) +
                                   " of them recorded");
    });
    end_ = asked + 1;
  }

  /// Chooses a few steps, evenly spread: double and plain loops are slow.
  bool is_sampled(int step) const {
    constexpr int kSamples = 3;
    const int count = end_ - first_, samples = std::min(kSamples, count);
    for (int i = 0; i < samples; ++i)
      if (step ==
          first_ + (samples == 1 ? 0 : static_cast<int>(std::int64_t{i} * (count - 1) / (samples - 1))))
        return true;
    return false;
  }

  /// The line of a step; the steps of lines ascend.
  static std::optional<Json> line_of(RecordedLines& lines, int step) {
    std::optional<Json> line = lines.next();
    while (line && (*line)["step"] < step) line = lines.next();
    return line;
  }

  /// Returns the score for a checkpoint of this step.
  double compare_record() {
    const Record record = replay_.record();
    const double score = mean_accuracy(record.out, replay_.loop().training_domains());
    if (!findings_.empty()) return score;
    ++report_.records;
    if (out_) out_->compare(record, replay_);
    const std::string step = "step " + std::to_string(record.step) + ": ";
    const auto comparable = [](Json json) {
      if (json.contains("args") && json["args"].is_object()) {
        json["args"].erase("output_dir");
        for (const std::string& place : place_keys()) json["args"].erase(place);
      }
      for (const char* key : {"step_time", "mem_gb"}) json.erase(key);
      return json;
    };
    auto found = difference(step + "metrics.jsonl", line_of(metrics_, record.step).value_or(Json::object()),
                            Json::parse(metrics_line(recorded_.data, record)));
    if (!found && is_result(replay_.loop().settings(), record.step))
      found = difference(step + "results.jsonl",
                         comparable(line_of(results_, record.step).value_or(Json::object())),
                         comparable(Json::parse(result_line(replay_.loop().settings(), record, ""))));
    if (found) {
      found->facts.push_back(
          {"last record that agrees", last_same_ < 0 ? "none" : "step " + std::to_string(last_same_)});
      findings_.push_back(*found);
    } else {
      last_same_ = record.step;
    }
    return score;
  }

  /// Compares every number of a saved state, so a finding names its tensor and element.
  void compare_checkpoint(double score) {
    const int step = replay_.step() - 1;
    if (replay_.record_due() || !std::binary_search(checkpoint_steps_.begin(), checkpoint_steps_.end(), step))
      return;
    compared_state_ = true;
    ++report_.checkpoints;
    const std::string where = "step " + std::to_string(step) + ": checkpoints/" +
                              checkpoints_.file(step).filename().string() + ": ";
    const std::vector<Finding> found =
        difference(where, replay_.loop().model().parameters, replay_.loop().optimizer().layout(),
                   checkpoints_.read(step), {replay_.save(), score});
    if (found.empty() && !findings_.empty())
      findings_.push_back({where + "the weights are the same: the line or the evaluation was changed", {}});
    findings_.insert(findings_.end(), found.begin(), found.end());
  }

  /// Compares best.safetensors of a run with --early-stop.
  void compare_best(double score) {
    if (!best_ || replay_.record_due() || replay_.step() != best_->state.step || !findings_.empty()) return;
    const std::vector<Finding> found =
        difference("checkpoints/best.safetensors: ", replay_.loop().model().parameters,
                   replay_.loop().optimizer().layout(), *best_, {replay_.save(), score});
    findings_.insert(findings_.end(), found.begin(), found.end());
  }

  /// Compares the files that a run writes once.
  void compare_end() {
    if (out_) add(out_->finding(replay_));
    const bool done_is_there = is_there(run_ / "done");
    if (replay_.finished() && (done_is_there || is_there(run_ / "weights.safetensors")))
      add(compare_weights(run_, replay_));
    if (options_.to_step >= 0 || !done_is_there) return;
    add(compare_done(run_, replay_));
    const int best = replay_.early_stop().best_step, kept = best_ ? best_->state.step - 1 : -1;
    if (replay_.finished() && best != kept)
      findings_.push_back({"checkpoints/best.safetensors is not of the best record",
                           {{"expected", std::to_string(best)}, {"found   ", std::to_string(kept)}}});
    report_.end = replay_.finished();
  }

  void add(const std::optional<Finding>& finding) {
    if (finding) findings_.push_back(*finding);
  }

  const VerifyOptions& options_;
  const fs::path run_;
  RecordedRun& recorded_;
  Training& replay_;
  Checkpoints checkpoints_;
  RecordedLines metrics_, results_;
  std::optional<SecondOpinion> opinion_;
  std::optional<OutText> out_;         // if out.txt is compared
  std::optional<Checkpoint> best_;     // of a run with --early-stop
  std::vector<int> checkpoint_steps_;  // ascending
  VerifyReport report_;
  std::vector<Finding>& findings_ = report_.findings;
  int first_ = 0, end_ = 0;      // the updates of the replay: the first, and the one after the last
  int last_same_ = -1;           // step of the last record that agrees
  bool compared_state_ = false;  // after the last update
  bool same_version_ = false;    // the same version made the run
};

int verify(const VerifyOptions& options) {
  const fs::path run = options.run;
  const Manifest record = read_manifest((run / "record.json").string());
  if (!options.opinion_on.empty()) {
    RecordedRun recorded(record, options.data_dir, options.threads);
    give_second_opinion(options.opinion_on, recorded.run);
    return 0;
  }
  check_same_run(record, record.settings);  // checks number type and arithmetic
  check(!options.second_opinion || record.number == "float", [] {
    return Error(
        Fault::usage,
        "verify: --second-opinion is for runs of sandgrad; those of sandgrad64 are in double already");
  });
  check(options.expect_chain.empty() ||
            (bytes_of_hex(options.expect_chain).size() == 32 && options.to_step < 0),
        [&] {
          return Error(Fault::usage,
                       "verify: --expect-chain must be the chain of the last record, 64 digits 0-9 a-f, "
                       "without --to-step")
              .fact("found", options.expect_chain.substr(0, 100));
        });
  const RecordedLogs logs = read_logs(run, record.settings);
  if (logs.finding) return VerifyReport{.findings = {*logs.finding}}.print(options.run);
  if (!options.expect_chain.empty() && logs.chain != options.expect_chain)
    return VerifyReport{
        .findings = {{"metrics.jsonl: the last chain is not the expected one: this is another run",
                      {{"expected", options.expect_chain}, {"found   ", logs.chain}}}}}
        .print(options.run);
  RecordedRun recorded(record, options.data_dir, options.threads);
  return Verification(options, logs, recorded)().print(options.run);
}

}  // namespace

void add_verify(Command& command) {
  static VerifyOptions o;
  command.option("run", o.run, "run directory: the --output-dir of the run").required();
  command.option("--data-dir,--data_dir", o.data_dir, "data directory (default: the one in the record)");
  command.option("--from-step", o.from_step,
                 "step whose checkpoint the replay starts from (default: the beginning)", kStepNumbers);
  command.option("--to-step", o.to_step, "last step to replay (default: the last one)", kStepNumbers);
  command.option("--expect-chain,--expect_chain", o.expect_chain,
                 "chain of the last record, as published elsewhere, in hex (default: not compared)");
  command.flag("--second-opinion", o.second_opinion,
               "compute gradients of some steps again, in double precision with plain loops");
  command.option("--opinion-on", o.opinion_on, "").hidden();  // sandgrad calls sandgrad64 with it
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.run([] { return verify(o); });
}

}  // namespace sand::experiments
