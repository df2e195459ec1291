#include "experiments/runs/longer_run.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "experiments/runs/checkpoint.h"
#include "experiments/runs/checkpoint_name.h"
#include "experiments/runs/out_text.h"
#include "experiments/runs/recorded_lines.h"
#include "experiments/setup/optimization.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;

constexpr const char* kResults = "results.jsonl";
constexpr const char* kText = "out.txt";

/// The update from which on the learning rate is another; `steps` if it never changes.
std::int64_t update_of_decay(const Settings& settings) {
  return settings.protocol.decay_factor == 1 ? settings.steps
                                             : std::lround(settings.protocol.decay_at * settings.steps);
}

/// The first step of the shorter run in which the longer one has another learning rate; its number of steps
/// if there is none.
int first_other_rate(const Settings& shorter, const Settings& longer) {
  const auto of_shorter = learning_rates(shorter), of_longer = learning_rates(longer);
  int step = 0;
  while (step < shorter.steps && of_shorter(step) == of_longer(step)) ++step;
  return step;
}

/// Which of the steps has a readable checkpoint of a run with these settings.
std::vector<int> readable(const RunDirectory& directory, const Settings& settings,
                          const Parameters& parameters, const std::vector<int>& steps) {
  const Checkpoints checkpoints(directory.checkpoints(), settings, parameters);
  std::vector<int> found;
  for (const int step : steps) try {
      checkpoints.read(step);
      found.push_back(step);
    } catch (const Error& error) {
      if (error.fault() == Fault::io) throw;
    }
  return found;
}

std::string steps_text(const std::vector<int>& steps) {
  std::string text;
  for (const int step : steps) text += (text.empty() ? "" : ", ") + std::to_string(step);
  return text.empty() ? "none" : text;
}

/// Where the first line of this record ends in out.txt; 0 if there is none.
std::size_t end_of_record(const std::string& text, int step) {
  for (std::size_t begin = 0; begin < text.size() && step >= 0;) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1);
    if (step_of_record(text.substr(begin, end - begin)) == step) return end + 1;
    begin = end + 1;
  }
  return 0;
}

}  // namespace

SharedUpdates shared_updates(const Settings& shorter, const Settings& longer) {
  const auto of = [](std::int64_t update, const Settings& settings) {
    return "step " + std::to_string(update) + " of " + std::to_string(settings.steps);
  };
  if (const int other = first_other_rate(shorter, longer); other < shorter.steps)
    return {other,
            shorter.recipe.schedule == "protocol"
                ? "the learning rate falls in " + of(update_of_decay(shorter), shorter) + ", but in " +
                      of(update_of_decay(longer), longer)
                : "the learning rate of step " + std::to_string(other) + " depends on the number of steps"};
  const int last = shorter.steps - 1;
  const bool same_record = last % longer.record_every == 0 && last % longer.evaluation.every == 0 &&
                           !longer.evaluation.test_at_end;
  if (same_record) return {shorter.steps, ""};
  return {last, "only a run that ends there makes the record of step " + std::to_string(last)};
}

void lengthen(const RunDirectory& directory, const Settings& shorter, const Settings& longer,
              const Parameters& parameters, const std::string& record) {
  const Checkpoints of_shorter(directory.checkpoints(), shorter, parameters);
  const SharedUpdates shared = shared_updates(shorter, longer);
  const std::vector<int> all = of_shorter.steps();
  std::vector<int> steps, others;
  for (const int step : all) (step < shared.count ? steps : others).push_back(step);
  const std::vector<int> kept = readable(directory, shorter, parameters, steps);
  const bool can_go_on = !kept.empty() || !readable(directory, longer, parameters, steps).empty();
  check(can_go_on || (all.empty() && !directory.held().has("done")), [&] {
    Error error(Fault::busy, "run directory: its run cannot go on to more steps");
    error.fact("recorded", std::to_string(shorter.steps) + " steps")
        .fact("requested", std::to_string(longer.steps) + " steps");
    if (!shared.why.empty()) error.fact("but", shared.why);
    return error.fact("needed", "a checkpoint of a step before " + std::to_string(shared.count))
        .fact("found", "checkpoints of steps " + steps_text(all))
        .hint("--fresh removes the run and starts over; or give another --output-dir");
  });
  for (const char* name : {"done", "weights.safetensors"}) directory.held().remove(name);
  for (const int step : kept) {
    NewFile file(directory.checkpoints(), checkpoint_name(step));
    file.write(
        checkpoint_bytes(of_shorter.read(step), parameters, state_layout(longer), settings_hash(longer)));
    file.commit();
  }
  directory.write("record.json", record);
  for (const int step : others) directory.checkpoints().remove(checkpoint_name(step));
}

bool has_lines_of_another_length(const RunDirectory& directory, const Settings& settings) try {
  if (!directory.held().has(kResults)) return false;
  RecordedLines lines((directory.path() / kResults).string());
  const std::optional<Json> line = lines.next();
  return line && line->contains("args") && (*line)["args"].is_object() &&
         (*line)["args"].value("steps", Json()) != settings.steps;
} catch (const Error& error) {
  if (error.fault() == Fault::io) throw;
  return false;  // a line that is not whole is cut anyway
}

void adopt_lines(RunDirectory& directory, const Settings& settings, int last_record) {
  constexpr std::uint64_t kMostText = 1 << 26;
  if (directory.held().has(kText)) {
    const std::string text = InputFile(directory.held(), kText).text(kMostText);
    directory.write(kText, text.substr(0, end_of_record(text, last_record)));
  }
  RecordedLines lines((directory.path() / kResults).string());
  NewFile file(directory.held(), kResults);
  std::uint64_t length = 0;
  while (std::optional<Json> line = lines.next()) {
    (*line)["args"]["steps"] = settings.steps;
    const std::string text = line->dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    file.write(std::as_bytes(std::span(text)));
    length += text.size();
  }
  file.commit();
  directory.cut(kResults, length);  // it expects this length from now on
}

}  // namespace sand::experiments
