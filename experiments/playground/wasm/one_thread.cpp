// Threads for WebAssembly, which has one: the same tasks, one after the other, so the same bits.
#include "tensor/threads.h"

namespace sand {

Threads::Threads(int) : count_(1) {}

void Threads::run(int tasks, void (*call)(const void* work, int task, int worker), const void* work) const {
  for (int task = 0; task < tasks; ++task) call(work, task, 0);
}

}  // namespace sand
