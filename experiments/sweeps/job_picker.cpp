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

std::optional<std::pair<const Job*, Claim>> JobPicker::next(const std::set<std::string>& own) {
  constexpr int kMostTries = 20;
  using Kind = JobState::Kind;
  const std::map<std::string, JobState> states = queue_.look();
  own_later_ = others_hold_ = false;
  for (const bool of_the_dead : {false, true})
    for (const Job& job : jobs_) {
      if (settled_.count(job.id) == 1 || own.count(job.id) == 1) continue;
      const auto found = states.find(job.id);
      const JobState state = found == states.end() ? JobState{} : found->second;
      if (state.kind == Kind::done || state.kind == Kind::failed) {
        settle(job.id);
        continue;
      }
      if ((state.kind == Kind::claimed) != of_the_dead) continue;
      const auto busy = busy_.find(job.id);
      if (busy != busy_.end() && busy->second >= kMostTries) {
        others_hold_ = true;
        continue;
      }
      if (const std::optional<Claim> claim = queue_.claim(job.id, state)) return std::pair{&job, *claim};
      (busy != busy_.end() ? own_later_ : others_hold_) = true;
    }
  return std::nullopt;
}

}  // namespace sand::experiments
