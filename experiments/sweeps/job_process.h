// A run of a sweep in a process of its own. A crash, or a lack of memory, ends only this run.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/setup/settings.h"
#include "experiments/sweeps/queue.h"
#include "tensor/directory.h"

namespace sand::experiments {

struct JobResult {
  enum class Kind {
    finished,  ///< also if it was finished before
    stopped,   ///< by a signal, with a checkpoint
    failed,    ///< with an error or by a crash
    busy,      ///< another process uses its directory
    no_disk    ///< reading or writing failed: not the fault of the job
  } kind = Kind::failed;
  std::string text = {};     ///< JSON for the queue: of a finished run or of a failure
  std::string message = {};  ///< of a failure: its first line; of no_disk: all of it
  int code = 0;              ///< of a failure: the exit code that `sandgrad train` would have
};

struct JobProcessOptions {
  const JobQueue& queue;
  Claim claim;
  double beat_seconds = 10;         ///< between two touches of the claim, by the child
  std::filesystem::path directory;  ///< of the run
  std::filesystem::path log;        ///< gets its stderr
  int threads = 1;
  std::vector<int> cores = {};  ///< to run on; none: any
};

/// Starts a run when it is made. The child shares the memory of `data` with this process, and is killed when
/// this process ends in any way. This process must have no other threads.
class JobProcess {
 public:
  /// Throws Error(resources) if no process can be made.
  JobProcess(const Settings& settings, const domains::DataSet& data, const JobProcessOptions& options);

  pid_t process() const { return process_; }
  void stop(int signal) const;  ///< asks it to stop with a checkpoint, like the signals of `sandgrad train`
  void kill() const;            ///< ends it at once
  /// What became of it. `status` is that of waitpid() for process().
  JobResult result(int status);

 private:
  pid_t process_ = -1;
  Descriptor answer_;  // the child writes here before it ends
};

/// JSON of a failure: its message, exit code and worker.
std::string failure_text(const std::string& message, int code);

}  // namespace sand::experiments
