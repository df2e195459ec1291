#include "experiments/sweeps/job_picker.h"

#include "tensor/error.h"

namespace sand::experiments {

std::vector<Job> chosen_jobs(std::vector<Job> all, int shard, int shards, const std::string& only) {
  std::vector<Job> chosen;
  const auto step = static_cast<std::size_t>(shards), first = static_cast<std::size_t>(shard - 1);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (only.empty() ? i % step == first : all[i].id == only) chosen.push_back(std::move(all[i]));
  check(only.empty() || !chosen.empty(),
        [&] { return Error(Fault::usage, "sweep run: the plan has no such job").fact("found", only); });
  return chosen;
}

void JobPicker::was_busy(const std::string& id) {
  ++busy_[id].times;
  busy_[id].last = std::chrono::steady_clock::now();
}

std::optional<std::pair<const Job*, Claim>> JobPicker::next(const std::set<std::string>& own) {
  constexpr int kMostTries = 20;
  constexpr std::chrono::seconds kPause{1};  // between two tries of a busy job
  using Kind = JobState::Kind;
  const std::map<std::string, JobState> states = queue_.look();
  own_later_ = others_hold_ = false;
  for (const bool of_the_dead : {false, true})
    for (const Job& job : jobs_) {
      if (ended_.count(job.id) == 1 || own.count(job.id) == 1) continue;
      const auto found = states.find(job.id);
      const JobState state = found == states.end() ? JobState{} : found->second;
      if (state.kind == Kind::done || state.kind == Kind::failed) {
        mark_ended(job.id);
        continue;
      }
      if ((state.kind == Kind::claimed) != of_the_dead) continue;
      const auto busy = busy_.find(job.id);
      const bool is_busy = busy != busy_.end();
      if (is_busy && (busy->second.times >= kMostTries ||
                      std::chrono::steady_clock::now() - busy->second.last < kPause)) {
        (busy->second.times >= kMostTries ? others_hold_ : own_later_) = true;
        continue;
      }
      if (const std::optional<Claim> claim = queue_.claim(job.id, state)) return std::pair{&job, *claim};
      (is_busy ? own_later_ : others_hold_) = true;
    }
  return std::nullopt;
}

}  // namespace sand::experiments
