// The queue of a sweep: files in DIR/queue. Any number of workers on any hosts that share the file system
// take jobs from it; there is no server, and no lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "tensor/directory.h"

namespace sand::experiments {

/// What the queue knows of a job. A job without files waits.
///
///     ID.0, ID.1, ...  claims, each by a worker: its host, process and start. The holder touches it often.
///     ID.1.free        the worker gave this claim back, after a signal or a failure
///     ID.done          the run is finished; its claims are removed
///     ID.failed        the run ended with an error; `sandgrad sweep retry` removes this file
struct JobState {
  enum class Kind { waiting, claimed, done, failed } kind = Kind::waiting;
  int claim = -1;  ///< number of the newest claim; -1: none yet
  int deaths = 0;  ///< claims below it whose worker neither finished nor gave back
};

/// A job that this process holds.
struct Claim {
  std::string id;
  int number = 0;
  int deaths = 0;  ///< of workers that held the job before
};

/// Claims are numbered instead of renamed: who takes over the job of a dead worker creates the next number,
/// which only one process can do. A renamed claim could be that of a third worker which took over in between.
///
/// Time is that of the file server: a worker touches a file of its own in the directory and compares its time
/// with that of a claim. Clocks of the hosts may differ by hours.
class JobQueue {
 public:
  /// Creates DIR/queue. A claim is dead if it was not touched for `stale_seconds`, or if its process has
  /// ended on this host. Over NFS a host may see times that are up to a minute old. Throws Error(io).
  JobQueue(const std::filesystem::path& sweep, double stale_seconds);
  ~JobQueue();  ///< removes this process's clock
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// All jobs that have files. Throws Error(io).
  std::map<std::string, JobState> look() const;

  /// Whether the worker of this claim is dead. Throws Error(io).
  bool is_dead(const std::string& id, int claim) const;
  double now() const;  ///< in seconds, by the file server
  /// A small file of the queue; nothing if it is gone.
  struct File {
    std::string text;
    double changed;  ///< seconds, by the file server
  };
  std::optional<File> read(const std::string& name) const;

  /// Claims a job in the state that look() returned, if no other worker has claimed, finished or failed it
  /// since. A job that another worker holds is claimed only if that worker is dead. Throws Error(io).
  std::optional<Claim> claim(const std::string& id, const JobState& state) const;

  /// Shows that this process lives. Returns false if another worker has taken over. Throws nothing: a full
  /// disk may refuse it for a while.
  bool beat(const Claim& claim) const noexcept;

  // The end of a claim. Each throws Error(io); then the claim becomes stale.
  void finish(const Claim& claim, const std::string& text) const;  ///< content of ID.done
  void fail(const Claim& claim, const std::string& text) const;    ///< content of ID.failed
  void give_back(const Claim& claim) const;

  /// Lets a failed job wait again, and forgets which workers died with it. Returns whether it had failed.
  bool retry(const std::string& id) const;

  const Directory& directory() const { return directory_; }

 private:
  void write(const std::string& name, const std::string& text) const;

  Directory directory_;
  double stale_seconds_;
  std::string own_;  // ends the names of this process's own files
};

}  // namespace sand::experiments
