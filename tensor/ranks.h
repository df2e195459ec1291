// The processes that share the work of one run, twin of threads.h. Which processes, and how they exchange
// bytes, is the matter of a RankChannel: experiments/machine/mpi.cpp has the one of MPI.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>

#include "tensor/threads.h"

namespace sand {

/// Bytes that one rank has and every rank needs.
struct RankBlock {
  int owner;                   ///< the rank that has them
  std::span<std::byte> bytes;  ///< the owner reads them, every other rank writes them
};

/// What one rank spent its time on, in seconds.
struct RankTimes {
  double work = 0;           ///< running its tasks
  double work_cpu = 0;       ///< of all its threads meanwhile
  double communication = 0;  ///< sharing: copies, and waiting for other ranks
};

/// Connects one rank with the others.
class RankChannel {
 public:
  virtual ~RankChannel() = default;
  virtual int rank() const = 0;  ///< 0 .. count() - 1
  virtual int count() const = 0;
  /// Every rank calls it at the same point of the program, with the same owners and lengths in the same
  /// order. Returns when this rank has the bytes of all blocks. Only the thread that made the channel calls
  /// it.
  virtual void share(std::span<const RankBlock> blocks) = 0;

  RankTimes times{};  ///< so far; Ranks adds to it
};

/// Tasks first .. end - 1.
struct TaskRange {
  int first, end;
};

/// The ranks of a run, seen by one of them. Each takes a range of consecutive tasks, and all take the same
/// decisions: whatever a task computes is shared before anyone uses it, in the order of the tasks. So no
/// result depends on the number of ranks.
class Ranks {
 public:
  Ranks() = default;                                            ///< one rank: this process alone
  explicit Ranks(RankChannel& channel) : channel_(&channel) {}  ///< `channel` must outlive all copies

  int rank() const { return channel_ ? channel_->rank() : 0; }
  int count() const { return channel_ ? channel_->count() : 1; }
  bool alone() const { return count() == 1; }

  /// The tasks of a rank. Ranges of neighbours touch, and their lengths differ by 1 at most; with more ranks
  /// than tasks some are empty.
  TaskRange tasks_of(int rank, int tasks) const { return {start(rank, tasks), start(rank + 1, tasks)}; }
  TaskRange own(int tasks) const { return tasks_of(rank(), tasks); }
  /// The rank of a task.
  int owner(int task, int tasks) const {
    return static_cast<int>((std::int64_t{task + 1} * count() - 1) / tasks);
  }

  /// Runs body(task, worker) for these tasks, on threads.
  template <class Body>
  void run(const Threads& threads, TaskRange tasks, const Body& body) const {
    work([&] {
      threads.run(tasks.end - tasks.first, [&](int task, int worker) { body(tasks.first + task, worker); });
    });
  }
  /// Runs body(), which computes this rank's own tasks, and counts the time.
  template <class Body>
  void work(const Body& body) const {
    if (!channel_) return body();
    const Clock::time_point start = Clock::now();
    const std::clock_t cpu = std::clock();
    body();
    channel_->times.work += seconds_since(start);
    channel_->times.work_cpu += static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  }

  /// See RankChannel::share. Does nothing for one rank.
  void share(std::span<const RankBlock> blocks) const {
    if (alone()) return;
    const Clock::time_point start = Clock::now();
    channel_->share(blocks);
    channel_->times.communication += seconds_since(start);
  }

  RankTimes times() const { return channel_ ? channel_->times : RankTimes{}; }  ///< of this rank

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  int start(int rank, int tasks) const { return static_cast<int>(std::int64_t{rank} * tasks / count()); }

  RankChannel* channel_ = nullptr;
};

}  // namespace sand
