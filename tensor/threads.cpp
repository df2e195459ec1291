#include "tensor/threads.h"

#include <atomic>
#include <exception>
#include <string>

#include "tensor/available_cores.h"
#include "tensor/error.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace sand {

Threads::Threads(int count) : count_(count) {
  constexpr int kMost = 1024;
  check(count >= 0 && count <= kMost, [&] {
    return Error(Fault::usage, "threads: expected 0 (every core) to " + std::to_string(kMost) + ", found " + std::to_string(count));
  });
#ifdef _OPENMP
  if (count == 0) count_ = available_cores().count;
#else
  count_ = 1;
#endif
}

void Threads::run(int tasks, void (*call)(const void* work, int task, int worker), const void* work) const {
  const int team = tasks < count_ ? tasks : count_;
  if (team <= 1) {
    for (int task = 0; task < tasks; ++task) call(work, task, 0);
    return;
  }
#ifdef _OPENMP
  std::exception_ptr first_error;  // an exception must not leave an OpenMP region
  std::atomic<bool> failed = false;
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
  for (int task = 0; task < tasks; ++task) {
    if (failed.load(std::memory_order_relaxed)) continue;
    try {
      call(work, task, omp_get_thread_num());
    } catch (...) {
      if (!failed.exchange(true)) first_error = std::current_exception();
    }
  }
  if (first_error) std::rethrow_exception(first_error);
#endif
}

}  // namespace sand
