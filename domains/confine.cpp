#include "domains/confine.h"

#ifdef __linux__

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace sand::domains {

// Strict mode serves processors not named here. It is not available in a container, where a filter is already
// active.
bool confine() noexcept {
#if defined(__x86_64__) || defined(__aarch64__)
#ifdef __x86_64__
  constexpr std::uint32_t kProcessor = AUDIT_ARCH_X86_64;
#else
  constexpr std::uint32_t kProcessor = AUDIT_ARCH_AARCH64;
#endif
  const auto load = [](std::size_t at) {
    return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(at)};
  };
  const auto if_equal = [](std::uint32_t value, int then, int otherwise) {
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(then),
                       static_cast<std::uint8_t>(otherwise), value};
  };
  sock_filter rules[] = {load(offsetof(seccomp_data, arch)),
                         if_equal(kProcessor, 0, 5),
                         load(offsetof(seccomp_data, nr)),
                         if_equal(SYS_read, 4, 0),
                         if_equal(SYS_write, 3, 0),
                         if_equal(SYS_exit, 2, 0),
                         if_equal(SYS_rt_sigreturn, 1, 0),
                         {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
                         {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const sock_fprog program{static_cast<unsigned short>(std::size(rules)), rules};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
    return true;
#endif
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
}

}  // namespace sand::domains

#else

bool sand::domains::confine() noexcept { return false; }

#endif
