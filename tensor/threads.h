// Runs tasks on several cores: the only place that starts threads.
#pragma once

#include <memory>

namespace sand {

/// The number of threads to use. Tasks are scheduled dynamically: a free thread takes the next one. A task
/// writes only its own data, so no result depends on the number of threads.
class Threads {
 public:
  /// 0 means all available cores (tensor/available_cores.h).
  explicit Threads(int count = 0);

  int count() const { return count_; }  ///< number of threads, at least 1

  /// Calls body(task, worker) for every task in 0 .. tasks - 1, worker in 0 .. count() - 1, and returns when
  /// all are done. The first exception of a task stops new tasks; it is rethrown here when the running tasks
  /// have ended. The calling thread also runs tasks and does not wait for threads that have not begun. It
  /// works alone inside a task, and while another thread runs tasks.
  template <class Body>
  void run(int tasks, const Body& body) const {
    run(
        tasks,
        [](const void* work, int task, int worker) { (*static_cast<const Body*>(work))(task, worker); },
        std::addressof(body));
  }

 private:
  void run(int tasks, void (*call)(const void* work, int task, int worker), const void* work) const;

  int count_;
};

}  // namespace sand
