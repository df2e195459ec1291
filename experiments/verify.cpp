// `sandgrad verify`: makes a recorded run again and compares every bit that the record has of it.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/checkpoint.h"
#include "experiments/commands.h"
#include "experiments/difference.h"
#include "experiments/parameter_file.h"
#include "experiments/progress.h"
#include "experiments/records.h"
#include "experiments/run_record.h"
#include "experiments/second_opinion.h"
#include "experiments/settings_json.h"
#include "experiments/training.h"
#include "tensor/file.h"
#include "tensor/safetensors.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string whole_file(const fs::path& path) {
  InputFile file(path.string());
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  check(file.size() <= kMost, [&] {
    return Error(Fault::data, "verify: no run writes so much").fact("file", path.string()).fact("bytes", std::to_string(file.size()));
  });
  std::string text(file.size(), '\0');
  file.read(std::as_writable_bytes(std::span(text)));
  return text;
}

/// The lines of a file of JSON objects, each with a step; a torn last line is an error like any other.
std::vector<Json> json_lines(const fs::path& path) {
  const std::string text = whole_file(path);
  std::vector<Json> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(Json::parse(text.substr(at, end - at), nullptr, false));
    check(end < text.size() && lines.back().is_object() && lines.back().contains("step") && lines.back()["step"].is_number_integer(), [&] {
      return Error(Fault::data, "verify: a line is not a whole JSON object with a step")
          .fact("file", path.string())
          .fact("line", std::to_string(lines.size()));
    });
    at = end + 1;
  }
  return lines;
}

/// A run directory and the run that is made again beside it.
class Verification {
 public:
  Verification(const VerifyOptions& options, const RunRecord& recorded, const domains::DataSet& data, const Threads& threads)
      : options_(options),
        run_(options.run),
        recorded_(recorded),
        data_(data),
        replay_(recorded.settings, data, threads),
        checkpoints_(run_ / "checkpoints", recorded.settings, replay_.model().parameters) {
    if (options.second_opinion) opinion_.emplace();
    check_same_inputs(recorded_, run_record(recorded_.settings, data_, replay_.model().parameters));
  }

  /// Replays. Prints what it found; returns whether all of it is the same.
  bool operator()() {
    read_files();
    if (!findings_.empty()) return tell();
    Progress progress("verify", end_);
    bool found = false;
    while (replay_.step() < end_ && !(found && compared_state_)) {
      const bool sampled = opinion_ && is_sampled(replay_.step());
      const TrainingState before = sampled ? replay_.save() : TrainingState{};
      replay_.update();
      if (sampled) opinion_->add(before, replay_);
      progress.at(replay_.step());
      compared_state_ = false;
      if (replay_.record_due()) compare_record();
      found = !findings_.empty();
      compare_checkpoint();
    }
    progress.clear();
    if (replay_.finished() && fs::exists(run_ / "done")) compare_end();
    if (opinion_ && findings_.empty())
      if (const int code = opinion_->ask(options_.run, options_.data_dir); code != 0)
        findings_.push_back({"the second opinion was not given", {{"exit code of sandgrad64", std::to_string(code)}}});
    return tell();
  }

 private:
  /// What there is to compare, and whether its parts agree with each other before anything is made again.
  void read_files() {
    metrics_ = json_lines(run_ / "metrics.jsonl");
    results_ = json_lines(run_ / "results.jsonl");
    const Json settings = Json::parse(settings_json(recorded_.settings));
    for (Json line : results_) {
      Json said = {{"args", line.value("args", Json::object())}, {"hparams", line.value("hparams", Json::object())}};
      said["args"].erase("output_dir");
      for (const char* place : {"data_dir", "init_from"}) said["args"][place] = settings["args"][place];
      if (const auto found = difference("record.json and results.jsonl: a setting", settings, said)) {
        findings_.push_back(
            {found->rule, {found->facts[0], {"record.json  ", found->facts[1].second}, {"results.jsonl", found->facts[2].second}}});
        return;
      }
    }
    for (const int step : checkpoints_.steps()) try {
        checkpoint_steps_.push_back(step);
        checkpoints_.read(step);
      } catch (const Error& error) {
        findings_.push_back({error.what(), {}});
        return;
      }
    if (options_.from_step >= 0) {
      check(std::count(checkpoint_steps_.begin(), checkpoint_steps_.end(), options_.from_step) > 0, [&] {
        std::string all;
        for (const int step : checkpoint_steps_) all += (all.empty() ? "" : ", ") + std::to_string(step);
        return Error(Fault::usage, "verify: --from-step must be the step of a checkpoint")
            .fact("given", std::to_string(options_.from_step))
            .fact("there are", all.empty() ? "none" : all);
      });
      replay_.restore(checkpoints_.read(options_.from_step).state);
    }
    const int last_line = metrics_.empty() ? -1 : metrics_.back()["step"].get<int>();
    const int last = std::max(last_line, checkpoint_steps_.empty() ? -1 : checkpoint_steps_.back());
    end_ = 1 + (options_.to_step >= 0 ? std::min(options_.to_step, last) : last);
    check(replay_.step() < end_ && end_ <= recorded_.settings.protocol.steps, [&] {
      return Error(options_.to_step >= 0 ? Fault::usage : Fault::data, "verify: there is nothing to replay between these steps")
          .fact("from", std::to_string(replay_.step()))
          .fact("to", std::to_string(end_ - 1))
          .fact("the run has",
                std::to_string(recorded_.settings.protocol.steps) + " steps, " + std::to_string(last + 1) + " of them recorded");
    });
    compare_count();
  }

  /// A few steps, evenly spread: double and plain loops take long.
  bool is_sampled(int step) const {
    constexpr int kSamples = 3;
    const int first = options_.from_step + 1, count = end_ - first, samples = std::min(kSamples, count);
    for (int i = 0; i < samples; ++i)
      if (step == first + (samples == 1 ? 0 : i * (count - 1) / (samples - 1))) return true;
    return false;
  }

  /// The lines must be those of the protocol's records, no more and no fewer, as far as the run came.
  void compare_count() {
    for (const auto& [name, lines] : {std::pair{"metrics.jsonl", &metrics_}, {"results.jsonl", &results_}})
      for (std::size_t i = 0; i < lines->size(); ++i) {
        const int every = recorded_.settings.protocol.record_every, steps = recorded_.settings.protocol.steps;
        const std::int64_t expected = std::min<std::int64_t>(static_cast<std::int64_t>(i) * every, steps - 1);
        if ((*lines)[i]["step"] == expected) continue;
        findings_.push_back({std::string(name) + ": a line is missing, doubled or out of order",
                             {{"line", std::to_string(i + 1)},
                              {"expected", "step " + std::to_string(expected)},
                              {"found", "step " + (*lines)[i]["step"].dump()}}});
        return;
      }
    if (metrics_.size() != results_.size())
      findings_.push_back({"metrics.jsonl and results.jsonl have not the same number of lines",
                           {{"metrics.jsonl", std::to_string(metrics_.size())}, {"results.jsonl", std::to_string(results_.size())}}});
  }

  void compare_record() {
    const Record record = replay_.record();
    const std::size_t line =
        static_cast<std::size_t>((record.step + recorded_.settings.protocol.record_every - 1) / recorded_.settings.protocol.record_every);
    if (line >= metrics_.size() || !findings_.empty()) return;
    ++records_;
    const std::string step = "step " + std::to_string(record.step) + ": ";
    auto found = difference(step + "metrics.jsonl", metrics_[line], Json::parse(metrics_line(data_, record)));
    const auto comparable = [](Json json) {
      for (const char* key : {"args", "step_time", "mem_gb"}) json.erase(key);
      return json;
    };
    if (!found)
      found = difference(step + "results.jsonl", comparable(results_[line]),
                         comparable(Json::parse(result_line(recorded_.settings, record, ""))));
    if (!found) {
      last_same_ = record.step;
      return;
    }
    found->facts.push_back({"the last record that agrees is of", last_same_ < 0 ? "none" : "step " + std::to_string(last_same_)});
    findings_.push_back(*found);
  }

  /// Where the run kept its state, every number of it is compared; so a finding gets its tensor and element.
  void compare_checkpoint() {
    const int step = replay_.step() - 1;
    if (replay_.record_due() || !std::binary_search(checkpoint_steps_.begin(), checkpoint_steps_.end(), step)) return;
    compared_state_ = true;
    ++compared_checkpoints_;
    const TrainingState was = checkpoints_.read(step).state, is = replay_.save();
    const std::string where =
        "step " + std::to_string(step) + ": " + fs::path("checkpoints").string() + "/" + checkpoints_.file(step).filename().string() + ": ";
    const Parameters& parameters = replay_.model().parameters;
    bool same = true;
    for (const auto& [what, prefix, recorded, replayed] : {std::tuple{"the weights", "", &was.weights, &is.weights},
                                                           {"Adam's m", "adam_m.", &was.first_moment, &is.first_moment},
                                                           {"Adam's v", "adam_v.", &was.second_moment, &is.second_moment}})
      if (const auto found = difference(where + what, prefix, parameters, *recorded, *replayed)) {
        findings_.push_back(*found);
        same = false;
      }
    if (same && !(was == is)) findings_.push_back({where + "step, chain, t or the sums between records differ", {}});
    if (same && was == is && !findings_.empty())
      findings_.push_back({where + "the weights are the same: it is the line that was changed, or the evaluation", {}});
  }

  void compare_end() {
    const Parameters& parameters = replay_.model().parameters;
    const std::string expected = outcome_json(replay_.step(), replay_.fingerprint(), replay_.never_learned());
    const Json done = Json::parse(whole_file(run_ / "done"), nullptr, false);
    if (const auto found = difference("done", done, Json::parse(expected))) findings_.push_back(*found);
    const Safetensors file = Safetensors::read((run_ / "weights.safetensors").string());
    std::vector<Scalar> recorded(static_cast<std::size_t>(parameters.size()));
    read_block(file, "", parameters, recorded);
    if (const auto found = difference("weights.safetensors: the numbers", "", parameters, recorded, parameters.numbers()))
      findings_.push_back(*found);
  }

  bool tell() const {
    for (const Finding& finding : findings_) {
      std::printf("%s\n", finding.rule.c_str());
      for (const auto& [name, value] : finding.facts) std::printf("    %s  %s\n", name.c_str(), value.c_str());
    }
    const auto many = [](int count, const char* what) { return std::to_string(count) + " " + what + (count == 1 ? "" : "s"); };
    const std::string all = many(replay_.step() - std::max(options_.from_step + 1, 0), "step") + ", " + many(records_, "record") + ", " +
                            many(compared_checkpoints_, "checkpoint");
    if (findings_.empty()) std::printf("verified: %s, bit-identical\n", all.c_str());
    return findings_.empty();
  }

  const VerifyOptions& options_;
  const fs::path run_;
  const RunRecord& recorded_;
  const domains::DataSet& data_;
  Training replay_;
  Checkpoints checkpoints_;
  std::optional<SecondOpinion> opinion_;
  std::vector<Json> metrics_, results_;
  std::vector<int> checkpoint_steps_;  // ascending
  std::vector<Finding> findings_;
  int end_ = 0;  // so many updates are made in all
  int records_ = 0, compared_checkpoints_ = 0, last_same_ = -1;
  bool compared_state_ = false;  // after the last update
};

}  // namespace

int verify_command(const VerifyOptions& options) {
  RunRecord recorded = read_record((fs::path(options.run) / "record.json").string());
  if (!options.data_dir.empty()) recorded.settings.data.data_dir = options.data_dir;
  const Threads threads(options.threads);
  if (!options.opinion_on.empty()) {
    const domains::DataSet data = make_data_set(recorded.settings.data, threads);
    Training run(recorded.settings, data, threads);
    give_second_opinion(options.opinion_on, run);
    return 0;
  }
  check_same_run(recorded, recorded.settings);  // this program's numbers and arithmetic
  check(!options.second_opinion || recorded.number == "float",
        [] { return Error(Fault::usage, "verify: --second-opinion is for runs of sandgrad; those of sandgrad64 are in double already"); });
  const domains::DataSet data = make_data_set(recorded.settings.data, threads);
  Verification verify(options, recorded, data, threads);
  if (verify()) return 0;
  std::fprintf(stderr, "sandgrad: NOT verified: %s\n", options.run.c_str());
  return static_cast<int>(Fault::data);
}

}  // namespace sand::experiments
