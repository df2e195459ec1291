#include "experiments/sweeps/job_picker.h"

namespace sand::experiments {

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
