// A race on purpose, in the way the library works with threads: where ThreadSanitizer is silent about this,
// its silence means nothing.
#include <chrono>
#include <cstdio>
#include <thread>

#include "tensor/threads.h"

int main() {
  int sum = 0;
  sand::Threads(2).run(100, [&](int task, int) {
    sum += task;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // that both threads get some
  });
  std::printf("%d\n", sum);
}
