#include "domains/sandbox.h"

#include "tensor/error.h"

#ifdef __linux__

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <system_error>
#include <utility>

namespace sand::domains {

/// Through the pipe go sizes only. The child's first message is its greeting, with 1 for "confined".
struct Sandbox::Message {
  std::uint64_t bytes = 0;
  std::uint64_t memory_used = 0;
};

namespace {

constexpr std::size_t kMemoryToKeep = 64 << 20;  // a child that has used more is replaced, so that a giant is soon forgotten
constexpr int kWallFactor = 12;                  // machines are busy: the clock runs on while others compute

Error refused(const char* what, int reason) {
  return Error(Fault::resources, std::string("sandbox: ") + what).fact("found", std::generic_category().message(reason));
}

std::span<std::uint8_t> map(std::size_t bytes, int kind) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return {};
  return {static_cast<std::uint8_t*>(at), bytes};
}

/// From here on only read, write, exit and the return from a signal. Strict mode is for processors not named here, but it
/// cannot be had in a container, where a filter is already in place.
bool confine() {
#if defined(__x86_64__) || defined(__aarch64__)
#ifdef __x86_64__
  constexpr std::uint32_t kProcessor = AUDIT_ARCH_X86_64;
#else
  constexpr std::uint32_t kProcessor = AUDIT_ARCH_AARCH64;
#endif
  const auto load = [](std::size_t at) { return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(at)}; };
  const auto if_equal = [](std::uint32_t value, int then, int otherwise) {
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(then), static_cast<std::uint8_t>(otherwise), value};
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
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return true;
#endif
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
}

void leave(int code) {
  ::syscall(SYS_exit, code);  // exit_group, which _exit uses, is forbidden
}

/// Every open file but number 0. The loop is for kernels before 5.9.
void close_all_but_first() {
  if (::syscall(SYS_close_range, 1u, ~0u, 0u) == 0) return;
  rlimit most{};
  ::getrlimit(RLIMIT_NOFILE, &most);
  for (rlim_t file = 1; file < most.rlim_cur; ++file) ::close(static_cast<int>(file));
}

/// CPU seconds that a process has used; 0 where that cannot be told.
double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string signal_name(int number) {
  for (const auto& [known, name] : {std::pair{SIGSEGV, "SIGSEGV"},
                                    {SIGBUS, "SIGBUS"},
                                    {SIGFPE, "SIGFPE"},
                                    {SIGILL, "SIGILL"},
                                    {SIGTRAP, "SIGTRAP"},
                                    {SIGABRT, "SIGABRT"},
                                    {SIGKILL, "SIGKILL"}})
    if (number == known) return name;
  return "signal " + std::to_string(number);
}

}  // namespace

Sandbox::Sandbox(SandboxWork work, const SandboxRoom& room)
    : work_(work), room_(room), shared_(map(room.question + room.answer, MAP_SHARED)) {
  check(!shared_.empty(), [reason = errno] { return refused("no memory to share", reason); });
  try {
    start();
  } catch (...) {
    ::munmap(shared_.data(), shared_.size());
    throw;
  }
}

Sandbox::~Sandbox() {
  stop();
  ::munmap(shared_.data(), shared_.size());
}

void Sandbox::start() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0,
        [reason = errno] { return refused("no pipe to be had", reason); });
  const int parent = ::getpid();
  child_ = ::fork();
  if (child_ == 0) live(ends[1], parent);
  const int reason = errno;
  ::close(ends[1]);
  pipe_ = ends[0];
  std::string failure;
  if (child_ < 0) {
    stop();
    throw refused("no process to be had", reason);
  }
  const std::optional<Message> greeting = hear(failure);
  check(greeting.has_value(), [&] { return Error(Fault::resources, "sandbox: the process did not start").fact("found", failure); });
  confined_ = greeting->bytes == 1;
}

void Sandbox::stop() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

std::string Sandbox::ended() {
  int status = 0;
  pid_t reaped = -1;
  while ((reaped = ::waitpid(child_, &status, 0)) < 0 && errno == EINTR) {
  }
  child_ = -1;
  stop();
  if (reaped < 0) return "it ended";  // somebody else reaps this program's children
  if (WIFEXITED(status)) return "it ended with code " + std::to_string(WEXITSTATUS(status));
  if (WTERMSIG(status) == SIGSYS) return "it asked the kernel for what it may not have (SIGSYS)";
  return "it crashed (" + signal_name(WTERMSIG(status)) + ")";
}

std::optional<Sandbox::Message> Sandbox::hear(std::string& failure) {
  using Clock = std::chrono::steady_clock;
  const double cpu_before = cpu_seconds(child_);
  const Clock::time_point start = Clock::now();
  for (;;) {
    pollfd pipe{pipe_, POLLIN, 0};
    const int ready = ::poll(&pipe, 1, 100);
    if (ready > 0) break;
    const double waited = std::chrono::duration<double>(Clock::now() - start).count();
    if (cpu_seconds(child_) - cpu_before <= room_.seconds && waited <= kWallFactor * room_.seconds) continue;
    stop();
    failure = "it took more than " + std::to_string(std::lround(1000 * room_.seconds)) + " ms";
    return std::nullopt;
  }
  Message message;
  ssize_t got = -1;
  while ((got = ::recv(pipe_, &message, sizeof message, 0)) < 0 && errno == EINTR) {
  }
  if (got == sizeof message) return message;
  failure = ended();
  return std::nullopt;
}

Sandbox::Reply Sandbox::ask(std::size_t bytes) {
  check(bytes <= room_.question, [&] { return Error(Fault::internal, "sandbox: a question too long"); });
  if (child_ < 0) start();
  Reply reply;
  const Message question{bytes, 0};
  if (::send(pipe_, &question, sizeof question, MSG_NOSIGNAL) != sizeof question) {
    reply.failure = ended();
    return reply;
  }
  const std::optional<Message> answer = hear(reply.failure);
  if (!answer) return reply;
  if (answer->memory_used > kMemoryToKeep) stop();
  if (answer->bytes > room_.answer) {  // no honest child says that
    stop();
    reply.failure = "it answered nonsense";
    return reply;
  }
  reply.answer = shared_.subspan(room_.question, answer->bytes);
  return reply;
}

// Between fork and the end only what is safe in a signal handler: another thread may have held any lock when we were forked.
void Sandbox::live(int pipe, int parent) noexcept {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // a crash still ends us, and past every handler of our parent's
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const bool orphan = ::getppid() != parent;
  if (::dup2(pipe, 0) != 0 || orphan) leave(2);
  close_all_but_first();
  const std::span<std::uint8_t> memory = map(room_.memory, MAP_PRIVATE);
  if (memory.empty()) leave(3);

  Message message{confine() ? 1u : 0u, 0};
  while (::write(0, &message, sizeof message) == sizeof message && ::read(0, &message, sizeof message) == sizeof message) {
    Arena arena(std::as_writable_bytes(memory));
    message.bytes = work_(shared_.first(message.bytes), shared_.subspan(room_.question), arena);
    message.memory_used = arena.most_used();
  }
  for (;;) leave(0);
}

}  // namespace sand::domains

#else

namespace sand::domains {

struct Sandbox::Message {};

Sandbox::Sandbox(SandboxWork work, const SandboxRoom& room) : work_(work), room_(room) {
  throw Error(Fault::resources, "sandbox: only Linux can shut a process in").hint("convert the images on Linux");
}
Sandbox::~Sandbox() = default;
Sandbox::Reply Sandbox::ask(std::size_t) { return {}; }

}  // namespace sand::domains

#endif
