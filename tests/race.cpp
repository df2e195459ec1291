// A deliberate race that uses threads like the library: if ThreadSanitizer misses it, its silence proves
// nothing.
#include <chrono>
#include <cstdio>
#include <thread>

#include "tensor/threads.h"

int main() {
  int sum = 0;
  sand::Threads(2).run(100, [&](int task, int) {
    sum += task;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // so that both threads get tasks
  });
  std::printf("%d\n", sum);
}
