// Chooses the kernels for this CPU, once, at the first use.
#include <cstdlib>
#include <string>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"

namespace sand::kernels {

#ifdef __x86_64__
const Table& x86_64_v3();
const Table& x86_64_v4();
#endif

const Table* const* tables(int* count) {
  struct Runnable {
    const Table* list[3] = {&reference()};
    int count = 1;
    Runnable() {
#ifdef __x86_64__
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list[count++] = &x86_64_v3();
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512cd"))
        list[count++] = &x86_64_v4();
#endif
    }
  };
  static const Runnable runnable;
  *count = runnable.count;
  return runnable.list;
}

const Table& chosen() {
  static const Table& table = []() -> const Table& {
    int count = 0;
    const Table* const* list = tables(&count);
    const char* asked = std::getenv("SANDGRAD_KERNELS");
    if (asked == nullptr || *asked == '\0') return *list[count - 1];
    std::string names;
    for (int i = 0; i < count; ++i) {
      if (std::string(asked) == list[i]->name) return *list[i];
      names += (i ? ", " : "") + std::string(list[i]->name);
    }
    throw Error(Fault::usage, "kernels: SANDGRAD_KERNELS names no kernels that this CPU can run")
        .fact("found", asked)
        .fact("known", names);
  }();
  return table;
}

}  // namespace sand::kernels
