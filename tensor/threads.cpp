#include "tensor/threads.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "tensor/available_cores.h"
#include "tensor/error.h"

namespace sand {
namespace {

/// The tasks of one run. Each participating thread takes one task after the other, until none is left or one
/// has failed.
struct Job {
  int tasks, workers;
  void (*call)(const void* work, int task, int worker);
  const void* work;
  std::atomic<int> next = 0;
  std::atomic<bool> failed = false;
  std::exception_ptr first_error = nullptr;

  void take_part(int worker) {
    for (int task = next++; task < tasks && !failed; task = next++) try {
        call(work, task, worker);
      } catch (...) {
        if (!failed.exchange(true)) first_error = std::current_exception();
      }
  }
};

/// Spins for a moment until `ready`: the next job of a step comes soon, and waking a thread takes longer.
/// Another program on the same core loses at most this moment.
template <class Ready>
bool spin(const Ready& ready) {
  constexpr std::chrono::microseconds kMoment{100};
  for (const auto end = std::chrono::steady_clock::now() + kMoment; !ready();) {
    if (std::chrono::steady_clock::now() > end) return false;
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
  }
  return true;
}

/// The helper threads of the process, without the calling one: started when first needed, asleep between
/// jobs, ended with the process.
class Team {
 public:
  static Team& get() {
    static Team& team = *new Team;  // never destroyed: its threads are never joined
    return team;
  }

  void run(Job& job) {
    const bool ours = getpid() == process_;  // false in a forked child, which has none of the threads
    if (!ours || in_use_.exchange(true)) return job.take_part(0);
    start(job.workers - 1);
    open(job);
    job.take_part(0);
    close();
    in_use_ = false;
  }

 private:
  static constexpr unsigned kClosed = 1u << 31;

  void start(int helpers) {
    try {
      for (; helpers_ < helpers; ++helpers_)
        std::thread([this, worker = helpers_ + 1] { help(worker); }).detach();
    } catch (const std::exception&) {  // no more threads available: the existing ones do the work
    }
  }

  void open(Job& job) {
    job_ = &job;
    inside_ = 0;
    {
      const std::lock_guard lock(mutex_);
      ++opened_;
    }
    wake_.notify_all();
  }

  /// Lets no more workers enter. Returns when all who entered have left.
  void close() {
    inside_ |= kClosed;
    const auto empty = [&] { return inside_ == kClosed; };
    if (spin(empty)) return;
    std::unique_lock lock(mutex_);
    done_.wait(lock, empty);
  }

  bool enter() {
    for (unsigned inside = inside_; (inside & kClosed) == 0;)
      if (inside_.compare_exchange_weak(inside, inside + 1)) return true;
    return false;
  }

  void leave() {
    if (--inside_ != kClosed) return;
    { const std::lock_guard lock(mutex_); }  // the calling thread checks `empty` after this, or waits already
    done_.notify_one();
  }

  [[noreturn]] void help(int worker) {
    for (unsigned seen = 0;;) {
      const auto another = [&] { return opened_ != seen; };
      if (!spin(another)) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, another);
      }
      seen = opened_;
      if (!enter()) continue;
      if (worker < job_->workers) job_->take_part(worker);
      leave();
    }
  }

  const pid_t process_ = getpid();
  std::atomic<bool> in_use_ = false;
  int helpers_ = 0;
  Job* job_ = nullptr;                      // read by helpers at work
  std::atomic<unsigned> inside_ = kClosed;  // number of helpers at work, plus kClosed
  std::atomic<unsigned> opened_ = 0;        // number of jobs so far
  std::mutex mutex_;                        // only for sleeping and waking
  std::condition_variable wake_, done_;
};

}  // namespace

Threads::Threads(int count) : count_(count == 0 ? available_cores().count : count) {
  constexpr int kMost = 1024;
  check(count >= 0 && count <= kMost, [&] {
    return Error(Fault::usage, "threads: expected 0 (every core) to " + std::to_string(kMost) + ", found " +
                                   std::to_string(count));
  });
}

void Threads::run(int tasks, void (*call)(const void* work, int task, int worker), const void* work) const {
  Job job{tasks, tasks < count_ ? tasks : count_, call, work};
  if (job.workers <= 1)
    job.take_part(0);
  else
    Team::get().run(job);
  if (job.first_error) std::rethrow_exception(job.first_error);
}

}  // namespace sand
