// Work on several cores: the only place where threads are started.
#pragma once

#include <memory>

namespace sand {

/// How many threads to work with. Tasks are scheduled dynamically: a free thread takes the next one. A task
/// writes only what is its own, so no result depends on the number of threads.
class Threads {
 public:
  /// 0 means as many as there are cores available (tensor/available_cores.h).
  explicit Threads(int count = 0);

  int count() const { return count_; }

  /// Calls body(task, worker) for every task in 0 .. tasks - 1, worker in 0 .. count() - 1, and returns when
  /// all are done. The first exception thrown by a task is rethrown here, once the tasks under way have
  /// ended. The calling thread works, too, and waits for none that has not begun. Inside a task, and while
  /// another thread runs tasks, it works alone.
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
