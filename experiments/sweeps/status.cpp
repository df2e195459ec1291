#include "experiments/sweeps/status.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "experiments/machine/parse_json.h"
#include "experiments/machine/progress.h"
#include "experiments/sweeps/queue.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

using Json = nlohmann::json;
using Kind = JobState::Kind;

/// The rate of the jobs that ended last, by their ages in seconds.
void measure_rate(SweepStatus& status, std::vector<double> ages) {
  constexpr std::size_t kLast = 200;
  if (ages.size() < 2) return;
  std::sort(ages.begin(), ages.end());
  ages.resize(std::min(ages.size(), kLast));
  const double span = std::max(ages.back(), 1e-3);  // until now: a pause lowers the rate
  status.per_hour = 3600 * static_cast<double>(ages.size()) / span;
  const int left = status.jobs - status.done - status.failed;
  if (status.running > 0 && left > 0) status.seconds_left = 3600 * left / status.per_hour;
}

void add_failure(SweepStatus& status, const std::string& id, const std::string& text) {
  const Json json = parse_json(text);
  std::string message = "unknown";
  int code = 0;
  if (json.is_object() && json.contains("message") && json["message"].is_string())
    message = json["message"].get<std::string>();
  if (json.is_object() && json.contains("code") && holds<int>(json["code"])) code = json["code"].get<int>();
  SweepStatus::Failure& failure = status.failures[without_controls(message.substr(0, message.find('\n')))];
  if (failure.jobs++ == 0) failure.first = id, failure.code = code;
}

}  // namespace

SweepStatus sweep_status(const std::filesystem::path& sweep, double stale_seconds) {
  const std::vector<Job> jobs = read_plan(sweep);
  const JobQueue queue(sweep, stale_seconds);
  const std::map<std::string, JobState> states = queue.look();
  SweepStatus status;
  status.jobs = static_cast<int>(jobs.size());
  std::vector<double> ages;
  const double now = queue.now();
  double seconds = 0;
  for (const Job& job : jobs) {
    const auto found = states.find(job.id);
    const JobState state = found == states.end() ? JobState{} : found->second;
    switch (state.kind) {
      case Kind::waiting: ++status.waiting; break;
      case Kind::failed:
        ++status.failed;
        if (const auto file = queue.read(job.id + ".failed")) add_failure(status, job.id, file->text);
        break;
      case Kind::claimed:
        if (queue.is_dead(job.id, state.claim))
          ++status.dead, status.dead_jobs.push_back(job.id);
        else
          ++status.running;
        break;
      case Kind::done: {
        ++status.done;
        const auto file = queue.read(job.id + ".done");
        const Json done = parse_json(file ? file->text : "");
        status.never_learned += done.is_object() && done.value("never_learned", Json()) == true;
        if (done.is_object() && done.value("seconds", Json()).is_number())
          seconds += done["seconds"].get<double>();
        ages.push_back(now - (file ? file->changed : now));
        break;
      }
    }
  }
  if (status.done > 0) status.job_seconds = seconds / status.done;
  measure_rate(status, std::move(ages));
  return status;
}

std::string SweepStatus::text() const {
  const auto row = [](const char* name, int count) {
    char line[80];
    std::snprintf(line, sizeof line, "%-10s %6d", name, count);
    return std::string(line);
  };
  std::string all = row("jobs", jobs) + "\n";
  all += row("done", done);
  if (never_learned > 0) all += "  " + std::to_string(never_learned) + " of them never learned";
  all += "\n" + row("running", running) + "\n" + row("waiting", waiting) + "\n";
  if (dead > 0) all += row("dead", dead) + "  their workers died: the next free worker goes on with them\n";
  if (failed > 0) all += row("failed", failed) + "\n";
  char line[200];
  if (per_hour > 0) {
    std::snprintf(
        line, sizeof line,
        per_hour < 100 ? "%.3g jobs an hour, %.3g s a job%s%s\n" : "%.0f jobs an hour, %.3g s a job%s%s\n",
        per_hour, job_seconds, seconds_left ? ", ETA " : "",
        seconds_left ? clock_text(*seconds_left).c_str() : "");
    all += line;
  }
  for (const auto& [message, failure] : failures)
    all += "failed: " + message + "\n    jobs " + std::to_string(failure.jobs) + ", first " + failure.first +
           ", code " + std::to_string(failure.code) + "\n";
  if (failed > 0) all += "sandgrad sweep retry lets failed jobs wait again\n";
  return all;
}

std::string SweepStatus::json() const {
  Json all = {{"jobs", jobs},
              {"done", done},
              {"running", running},
              {"waiting", waiting},
              {"dead", dead},
              {"failed", failed},
              {"per_hour", per_hour},
              {"job_seconds", job_seconds},
              {"never_learned", never_learned},
              {"dead_jobs", dead_jobs},
              {"failures", Json::array()}};
  all["seconds_left"] = seconds_left ? Json(*seconds_left) : Json();
  for (const auto& [message, failure] : failures)
    all["failures"].push_back(
        {{"message", message}, {"jobs", failure.jobs}, {"first", failure.first}, {"code", failure.code}});
  return all.dump(-1, ' ', true, Json::error_handler_t::replace);
}

int retry_failed(const std::filesystem::path& sweep, const std::string& text) {
  const std::vector<Job> jobs = read_plan(sweep);
  const JobQueue queue(sweep, 180);
  int retried = 0;
  for (const Job& job : jobs) {
    if (!text.empty()) {
      const auto file = queue.read(job.id + ".failed");
      const Json failure = parse_json(file ? file->text : "");
      const Json message = failure.is_object() ? failure.value("message", Json()) : Json();
      if (!message.is_string() || message.get<std::string>().find(text) == std::string::npos) continue;
    }
    retried += queue.retry(job.id);
  }
  return retried;
}

}  // namespace sand::experiments
