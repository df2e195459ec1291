// Which job of a plan a worker runs next.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "experiments/sweeps/plan.h"
#include "experiments/sweeps/queue.h"

namespace sand::experiments {

/// Every shards-th job from number `shard`, or the job `only` alone if it is not "". Throws Error(usage) for
/// an unknown job.
std::vector<Job> chosen_jobs(std::vector<Job> all, int shard, int shards, const std::string& only);

class JobPicker {
 public:
  /// `queue` must outlive it.
  JobPicker(std::vector<Job> jobs, const JobQueue& queue) : jobs_(std::move(jobs)), queue_(queue) {}

  /// Claims the first job that waits, else the first of a dead worker, except those of `own`. Lists the queue
  /// anew: many workers change it, and a list of 10,000 jobs takes milliseconds. Throws Error(io).
  std::optional<std::pair<const Job*, Claim>> next(const std::set<std::string>& own);

  void mark_ended(const std::string& id) { ended_.insert(id); }  ///< it is done or failed
  /// Another process used the directory of the job: it is tried a few times again, then left.
  void was_busy(const std::string& id);

  /// Whether next() found nothing, but a job that may still become this worker's: `own_later` will be tried
  /// again, others are held by other workers.
  bool own_later() const { return own_later_; }
  bool others_hold() const { return others_hold_; }

  std::size_t size() const { return jobs_.size(); }
  std::size_t ended() const { return ended_.size(); }

 private:
  const std::vector<Job> jobs_;
  const JobQueue& queue_;
  std::set<std::string> ended_;
  struct Busy {
    int times = 0;
    std::chrono::steady_clock::time_point last;
  };
  std::map<std::string, Busy> busy_;
  bool own_later_ = false, others_hold_ = false;
};

}  // namespace sand::experiments
