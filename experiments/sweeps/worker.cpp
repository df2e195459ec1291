#include "experiments/sweeps/worker.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <list>
#include <optional>
#include <set>

#include "experiments/machine/pinning.h"
#include "experiments/machine/progress.h"
#include "experiments/machine/signals.h"
#include "experiments/setup/photo_cache.h"
#include "experiments/sweeps/data_cache.h"
#include "experiments/sweeps/heartbeat.h"
#include "experiments/sweeps/job_picker.h"
#include "experiments/sweeps/job_process.h"
#include "experiments/sweeps/process_name.h"
#include "experiments/sweeps/queue.h"
#include "tensor/available_cores.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A run that is going on.
struct Running {
  Claim claim;
  JobProcess process;
  std::size_t slot;
  std::shared_ptr<const domains::DataSet> data;  // until the child has ended
  bool lost = false;                             // another worker has taken over
};

class Worker {
 public:
  Worker(const WorkerOptions& options, std::vector<Job> jobs);
  int work();

 private:
  static constexpr int kMostDeaths = 10;  // of workers with the same job: then the job is the reason

  void start_jobs();
  void start(const Job& job, const Claim& claim);
  void wait_for_children();
  void end(Running& running, int status);
  void fail(const Claim& claim, const std::string& message, const std::string& text, int code);
  void give_up(const Error& error);
  void beat();
  void check_stop();
  bool may_find_more() const;
  int report() const;
  std::optional<std::size_t> free_slot() const;
  std::vector<int> cores_of(std::size_t slot) const;
  void tell(const std::string& id, const char* what, const std::string& more = "") const;

  const WorkerOptions options_;
  const int threads_, slots_;
  const double beat_seconds_;
  const std::vector<int> cores_;
  const JobQueue queue_;
  JobPicker jobs_;
  const fs::path log_;
  DataCache data_;
  std::list<Running> running_;
  bool stop_ = false, timed_out_ = false, found_none_ = false;
  std::optional<Error> disk_;  // the first failure of the queue's disk or of a run's
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point beaten_ = begin_, told_stop_{}, looked_{};
  int done_ = 0, failed_ = 0, first_failure_ = 0;
};

int slots_of(const WorkerOptions& options) {
  if (options.jobs > 0) return options.jobs;
  return std::max(1, available_cores().count / std::max(1, options.threads));
}

/// DIR/logs/HOST.PROCESS.txt: what the runs of this worker print to stderr.
fs::path log_of(const fs::path& sweep) {
  const Directory logs = Directory(sweep.string()).subdirectory("logs");
  const ProcessName& name = ProcessName::of_this_process();
  return sweep / "logs" / (name.host + "." + std::to_string(name.process) + ".txt");
}

Worker::Worker(const WorkerOptions& options, std::vector<Job> jobs)
    : options_(options),
      threads_(std::max(1, options.threads)),
      slots_(slots_of(options)),
      beat_seconds_(std::min(10.0, options.stale_seconds / 6)),
      cores_(allowed_cores()),
      queue_(options.sweep, options.stale_seconds),
      jobs_(std::move(jobs), queue_),
      log_(log_of(options.sweep)) {}

/// Cores of its own for each run, if this worker uses all cores that it may use. Other workers may share the
/// cores of a smaller one.
std::vector<int> Worker::cores_of(std::size_t slot) const {
  const auto each = static_cast<std::size_t>(threads_);
  if (static_cast<std::size_t>(slots_) * each != cores_.size()) return {};
  const auto first = cores_.begin() + static_cast<std::ptrdiff_t>(slot * each);
  return {first, first + static_cast<std::ptrdiff_t>(each)};
}

std::optional<std::size_t> Worker::free_slot() const {
  std::set<std::size_t> used;
  for (const Running& run : running_) used.insert(run.slot);
  for (std::size_t slot = 0; slot < static_cast<std::size_t>(slots_); ++slot)
    if (used.count(slot) == 0) return slot;
  return std::nullopt;
}

void Worker::tell(const std::string& id, const char* what, const std::string& more) const {
  if (options_.quiet) return;
  std::printf("%s %s%s%s\n", id.c_str(), what, more.empty() ? "" : ": ", more.c_str());
  std::fflush(stdout);
}

void Worker::fail(const Claim& claim, const std::string& message, const std::string& text, int code) {
  queue_.fail(claim, text);
  jobs_.mark_ended(claim.id);
  ++failed_;
  if (first_failure_ == 0) first_failure_ = code;
  tell(claim.id, "failed", message.substr(0, message.find('\n')));
}

/// Ends the work, with this error once the runs have stopped: on a full disk every job would fail.
void Worker::give_up(const Error& error) {
  stop_ = true;
  if (!disk_) disk_ = error;
}

void Worker::start(const Job& job, const Claim& claim) {
  const auto refuse = [&](const std::string& message, Fault fault) {
    fail(claim, message, failure_text(message, static_cast<int>(fault)), static_cast<int>(fault));
  };
  if (claim.deaths >= kMostDeaths)
    return refuse("its workers died " + std::to_string(claim.deaths) + " times: is memory short?",
                  Fault::internal);
  try {
    Settings settings = resolve(request_of(job));
    const fs::path directory = options_.sweep / job.id;
    settings.data.photo_cache = photo_cache_folder(settings.data.photo_cache, directory.string());
    // Threads of this process would keep a child from starting its own (tensor/threads.h).
    std::optional<Heartbeat> while_reading(std::in_place, queue_, claim, beat_seconds_);
    std::shared_ptr<const domains::DataSet> data = data_.get(settings, Threads(threads_ > 1 ? 1 : 0));
    while_reading.reset();
    const std::size_t slot = *free_slot();
    JobProcess process(settings, *data,
                       {.queue = queue_,
                        .claim = claim,
                        .beat_seconds = beat_seconds_,
                        .directory = directory,
                        .log = log_,
                        .threads = threads_,
                        .cores = cores_of(slot)});
    running_.push_back({claim, std::move(process), slot, std::move(data)});
  } catch (const Error& error) {
    refuse(error.what(), error.fault());
  }
}

void Worker::start_jobs() {
  constexpr double kPause = 0.5;  // seconds between two looks that found nothing
  while (!stop_ && free_slot() && (!found_none_ || seconds_since(looked_) > kPause)) {
    std::set<std::string> own;
    for (const Running& run : running_) own.insert(run.claim.id);
    const auto next = jobs_.next(own);
    found_none_ = !next;
    looked_ = Clock::now();
    if (next) start(*next->first, next->second);
  }
}

bool Worker::may_find_more() const {
  return !found_none_ || jobs_.own_later() || (jobs_.others_hold() && options_.wait);
}

void Worker::end(Running& running, int status) {
  const JobResult result = running.process.result(status);
  const Claim& claim = running.claim;
  if (running.lost) return tell(claim.id, "taken over by another worker");
  switch (result.kind) {
    case JobResult::Kind::finished:
      queue_.finish(claim, result.text);
      jobs_.mark_ended(claim.id);
      ++done_;
      return tell(claim.id, "done");
    case JobResult::Kind::failed:
      if (stop_ && WIFSIGNALED(status)) return queue_.give_back(claim);  // it got the signal of this worker
      return fail(claim, result.message, result.text, result.code);
    case JobResult::Kind::no_disk:
      give_up(Error(Fault::io, "sweep run: a run stopped: " + result.message));
      break;
    case JobResult::Kind::stopped: break;
    case JobResult::Kind::busy: jobs_.was_busy(claim.id); break;
  }
  queue_.give_back(claim);
}

/// Waits a moment for a child that ends. Another signal ends the wait.
void Worker::wait_for_children() {
  constexpr timespec kMoment{0, 100'000'000};
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigtimedwait(&child, nullptr, &kMoment);
  for (auto run = running_.begin(); run != running_.end();) {
    int status = 0;
    if (::waitpid(run->process.process(), &status, WNOHANG) <= 0) {
      ++run;
      continue;
    }
    try {
      end(*run, status);
    } catch (const Error& error) {
      give_up(error);
    }
    run = running_.erase(run);
    found_none_ = false;
  }
}

void Worker::beat() {
  if (seconds_since(beaten_) < beat_seconds_) return;
  beaten_ = Clock::now();
  for (Running& run : running_)
    if (!run.lost && !queue_.beat(run.claim)) {
      run.lost = true;
      run.process.kill();  // the other worker waits for the lock of the directory
    }
}

/// Passes a request to stop on to the runs, again each second: a run that just began may miss the first.
void Worker::check_stop() {
  timed_out_ = timed_out_ || (options_.minutes > 0 && seconds_since(begin_) > options_.minutes * 60);
  stop_ = stop_ || timed_out_ || StopSignals::stop();
  if (!stop_ || seconds_since(told_stop_) < 1) return;
  told_stop_ = Clock::now();
  for (const Running& run : running_) run.process.stop(SIGUSR1);
}

int Worker::report() const {
  const std::size_t left = jobs_.size() - jobs_.ended();
  std::printf("%d done, %d failed, %zu left%s\n", done_, failed_, left,
              left == 0 ? ""
              : stop_   ? ": stopped; the same command goes on from there"
                        : ": other workers have them");
  if (disk_) throw *disk_;
  if (timed_out_) return 75;
  return StopSignals::stop() ? StopSignals::exit_code() : options_.failures_ok ? 0 : first_failure_;
}

int Worker::work() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  Progress progress("sweep", static_cast<int>(jobs_.size()), "jobs");
  for (;;) {
    check_stop();
    try {
      start_jobs();
    } catch (const Error& error) {
      give_up(error);
    }
    if (running_.empty() && (stop_ || !may_find_more())) break;
    wait_for_children();
    beat();
    progress.at(static_cast<int>(jobs_.ended()), std::to_string(running_.size()) + " running");
  }
  progress.clear();
  return report();
}

}  // namespace

int run_worker(const WorkerOptions& options) {
  check(options.shard >= 1 && options.shard <= options.shards, [&] {
    return Error(Fault::usage, "sweep run: --shard is i/N with i from 1 to N")
        .fact("found", std::to_string(options.shard) + "/" + std::to_string(options.shards));
  });
  const StopSignals signals;
  return Worker(options, chosen_jobs(read_plan(options.sweep), options.shard, options.shards, options.only))
      .work();
}

}  // namespace sand::experiments
