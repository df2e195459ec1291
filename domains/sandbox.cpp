#include "domains/sandbox.h"

#include "domains/confine.h"
#include "tensor/error.h"

#ifdef __linux__

#include <fcntl.h>
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
#include <fstream>
#include <system_error>
#include <utility>

namespace sand::domains {

/// The pipe carries sizes only. The child's first message is a greeting: 1 for "confined", and the size of
/// its arena.
struct Sandbox::Message {
  std::uint64_t bytes = 0;
  std::uint64_t memory_used = 0;
};

namespace {

// A child that has used more is replaced, which frees its memory.
constexpr std::size_t kMemoryToKeep = 16 << 20;
constexpr std::size_t kLeastMemory = 16 << 20;  // of an arena, if address space is short
constexpr int kWallFactor = 12;         // machines are busy: wall-clock time includes the work of others
constexpr int kLookMilliseconds = 100;  // between two checks of a child that has not answered
constexpr int kSilentLooks = 20;  // checks in a row: the child sleeps and has not computed since the first
constexpr double kSecondsUntold = 5;               // of waiting, before a report
constexpr int kOrphaned = 2, kNoAddressSpace = 3;  // exit codes of a child

Error refused(const char* what, int reason) {
  Error error(Fault::resources, std::string("sandbox: ") + what);
  error.fact("found", std::generic_category().message(reason));
  if (reason == ENOMEM)
    error.hint("is address space limited (ulimit -v)? raise the limit, or use fewer --threads");
  return error;
}

std::span<std::uint8_t> map(std::size_t bytes, int kind) {
  void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return {};
  return {static_cast<std::uint8_t*>(at), bytes};
}

void leave(int code) {
  ::syscall(SYS_exit, code);  // exit_group, which _exit uses, is forbidden
}

/// Closes every open file except number 0. The loop is for kernels before 5.9.
void close_all_but_first() {
  if (::syscall(SYS_close_range, 1u, ~0u, 0u) == 0) return;
  rlimit most{};
  ::getrlimit(RLIMIT_NOFILE, &most);
  for (rlim_t file = 1; file < most.rlim_cur; ++file) ::close(static_cast<int>(file));
}

/// CPU seconds that a process has used; 0 if unknown.
double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The kernel's state of a process: 'R' computes, 'S' sleeps, 'D' waits for the disk, 'T' is stopped; '?' if
/// unknown.
char state_of(pid_t process) {
  std::string stat;
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::getline(file, stat);
  const std::size_t name_end = stat.rfind(") ");  // "17 (name) R ..."; a name may contain anything
  return name_end == std::string::npos || name_end + 2 >= stat.size() ? '?' : stat[name_end + 2];
}

const char* state_name(char state) {
  return state == 'T' || state == 't' ? "is stopped"
         : state == 'D'               ? "waits for the disk"
         : state == 'S'               ? "sleeps"
                                      : "runs or waits for a CPU";
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
  check(!shared_.empty(), [reason = errno] { return refused("cannot map shared memory", reason); });
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
        [reason = errno] { return refused("cannot create a pipe", reason); });
  const int parent = ::getpid();
  child_ = ::fork();
  if (child_ == 0) live(ends[1], parent);
  const int reason = errno;
  ::close(ends[1]);
  pipe_ = ends[0];
  SandboxFailure failure;
  if (child_ < 0) {
    stop();
    throw refused("cannot start a process", reason);
  }
  const std::optional<Message> greeting = hear(failure, {});
  check(greeting.has_value(), [&] {
    Error error(Fault::resources, "sandbox: the process did not start");
    error.fact("found", failure.how);
    if (!failure.hint.empty()) error.hint(failure.hint);
    return error;
  });
  confined_ = greeting->bytes == 1;
  memory_ = greeting->memory_used;
}

void Sandbox::stop() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

SandboxFailure Sandbox::ended() {
  int status = 0;
  pid_t reaped = -1;
  ::kill(child_, SIGKILL);  // it has ended already, unless it only closed its pipe
  while ((reaped = ::waitpid(child_, &status, 0)) < 0 && errno == EINTR) {
  }
  child_ = -1;
  stop();
  if (reaped < 0) return {"it ended"};  // another part of this program has reaped it
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoAddressSpace)
    return {"no address space for " + std::to_string(kLeastMemory >> 20) + " MiB more", true,
            "ulimit -v or ulimit -d limits it: raise the limit, or use fewer --threads"};
  if (WIFEXITED(status)) return {"it ended with code " + std::to_string(WEXITSTATUS(status))};
  if (WTERMSIG(status) == SIGSYS) return {"it made a forbidden system call (SIGSYS)"};
  if (WTERMSIG(status) == SIGKILL)
    return {"it was killed (SIGKILL)", true,
            "the system kills when memory runs out: more memory for this job, or fewer --threads"};
  return {"it crashed (" + signal_name(WTERMSIG(status)) + ")"};
}

std::optional<Sandbox::Message> Sandbox::hear(SandboxFailure& failure, const Waiting& waiting) {
  using Clock = std::chrono::steady_clock;
  const double cpu_before = cpu_seconds(child_);
  const Clock::time_point start = Clock::now();
  double cpu_last = cpu_before;
  int silent = 0;
  bool told = false;
  for (;;) {
    pollfd pipe{pipe_, POLLIN, 0};
    if (::poll(&pipe, 1, kLookMilliseconds) > 0) break;
    const double cpu = cpu_seconds(child_),
                 waited = std::chrono::duration<double>(Clock::now() - start).count();
    const char state = state_of(child_);
    silent = state == 'S' && cpu == std::exchange(cpu_last, cpu) ? silent + 1 : 0;
    if (cpu - cpu_before > room_.seconds)
      failure = {"it took more than " + std::to_string(std::lround(1000 * room_.seconds)) + " ms"};
    else if (silent >= kSilentLooks)
      failure = {"it stopped answering"};
    else if (waited > kWallFactor * room_.seconds)
      failure = {"no answer in " + std::to_string(std::lround(waited)) + " s: it " + state_name(state), true,
                 "start again when the machine is less busy; kill -CONT resumes a stopped process"};
    if (!failure.how.empty()) {
      stop();
      return std::nullopt;
    }
    if (waiting && waited > kSecondsUntold && !std::exchange(told, true))
      waiting("process " + std::to_string(child_) + " " + state_name(state));
  }
  Message message;
  ssize_t got = -1;
  while ((got = ::recv(pipe_, &message, sizeof message, 0)) < 0 && errno == EINTR) {
  }
  if (got == sizeof message) return message;
  failure = got > 0 ? SandboxFailure{"its answer is malformed"} : ended();
  stop();
  return std::nullopt;
}

Sandbox::Reply Sandbox::ask(std::size_t bytes, const Waiting& waiting) {
  check(bytes <= room_.question, [&] { return Error(Fault::internal, "sandbox: a question too long"); });
  if (child_ < 0) start();
  Reply reply;
  const Message question{bytes, 0};
  if (::send(pipe_, &question, sizeof question, MSG_NOSIGNAL) != sizeof question) {
    reply.failure = ended();
    return reply;
  }
  const std::optional<Message> answer = hear(reply.failure, waiting);
  if (!answer) return reply;
  if (answer->memory_used > kMemoryToKeep) stop();
  if (answer->bytes > room_.answer) {  // an intact child never says that
    stop();
    reply.failure = {"its answer is malformed"};
    return reply;
  }
  reply.answer = shared_.subspan(room_.question, answer->bytes);
  reply.memory_used = answer->memory_used;
  return reply;
}

// From fork to exit, use only functions that are safe in a signal handler: at the fork, another thread may
// have held any lock.
void Sandbox::live(int pipe, int parent) noexcept {
  sigset_t all;
  sigfillset(&all);
  // a crash still kills the child, without any handler of the parent
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const bool orphan = ::getppid() != parent;
  if (::dup2(pipe, 0) != 0 || orphan) leave(kOrphaned);
  close_all_but_first();
  std::span<std::uint8_t> memory = map(room_.memory, MAP_PRIVATE);
  for (std::size_t bytes = room_.memory / 2; memory.empty() && bytes >= kLeastMemory; bytes /= 2)
    memory = map(bytes, MAP_PRIVATE);
  if (memory.empty()) leave(kNoAddressSpace);

  Message message{confine() ? 1u : 0u, memory.size()};
  while (::write(0, &message, sizeof message) == sizeof message &&
         ::read(0, &message, sizeof message) == sizeof message) {
    DecoderMemory arena(std::as_writable_bytes(memory));
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
  throw Error(Fault::resources, "sandbox: only Linux can isolate the decoder process")
      .hint("convert the images on Linux");
}
Sandbox::~Sandbox() = default;
Sandbox::Reply Sandbox::ask(std::size_t, const Waiting&) { return {}; }

}  // namespace sand::domains

#endif
