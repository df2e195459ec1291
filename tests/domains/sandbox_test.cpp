#include "domains/sandbox.h"

#include <doctest/doctest.h>

#ifdef __linux__

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tensor/error.h"
#include "tensor/threads.h"

using sand::domains::Sandbox;
using sand::domains::SandboxFailure;

namespace {

using ByteView = std::span<const std::uint8_t>;
volatile int questions = 0;  // number of questions that the child has seen

/// The first byte of the question selects the action; most answer with one byte. (AddressSanitizer would make
/// a system call before a trap.)
__attribute__((no_sanitize("address"))) std::size_t work(ByteView question, std::span<std::uint8_t> answer,
                                                         sand::domains::DecoderMemory& memory) {
  questions = questions + 1;
  switch (question[0]) {
    case 'r': std::reverse_copy(question.begin(), question.end(), answer.begin()); return question.size();
    case 's': *reinterpret_cast<volatile int*>(8) = 1; break;
    case 't': __builtin_trap();
    case 'l':
      for (volatile bool stay = true; stay;) continue;
      break;
    case 'p':
      answer[0] = ::write(0, "pipe", 4) == 4;
      return 1;  // writes to the pipe directly, then no answer
    case 'w': answer[0] = ::read(0, answer.data(), 1) == 1; return 1;  // waits for bytes that never come
    case 'k': answer[0] = ::syscall(SYS_getpid) > 0; return 1;
    case 'o': answer[0] = ::syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY) >= 0; return 1;
    case 'n': return answer.size() + 1;
    case 'q': answer[0] = static_cast<std::uint8_t>(questions); return 1;
    case 'f': {  // files that it can write to, except its pipe
      answer[0] = 0;
      for (int file = 1; file < 256; ++file)
        answer[0] = static_cast<std::uint8_t>(answer[0] + (::write(file, "x", 1) == 1));
      return 1;
    }
    case 'm': answer[0] = memory.take(std::size_t{100} << 20) != nullptr; return 1;
    case 'd': std::memset(memory.take(1000), 0xff, 1000); return 0;
    case 'c': {
      const auto* block = static_cast<const std::uint8_t*>(memory.take(1000));
      answer[0] = static_cast<std::uint8_t>(std::count(block, block + 1000, 0) == 1000);
      return 1;
    }
  }
  return 0;
}

constexpr sand::domains::SandboxRoom kRoom{
    .question = 100, .answer = 100, .memory = std::size_t{200} << 20, .seconds = 1};

std::string ask(Sandbox& sandbox, const std::string& question) {
  std::copy(question.begin(), question.end(), sandbox.question().begin());
  const Sandbox::Reply reply = sandbox.ask(question.size());
  return reply.failure.how.empty() ? std::string(reply.answer.begin(), reply.answer.end())
                                   : reply.failure.how;
}

const std::string kNo(1, '\0'), kYes(1, '\1');

/// The only child of this process.
pid_t child_of_mine() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string number, name, state;
    pid_t parent = 0;
    if (file >> number >> name >> state >> parent && parent == ::getpid()) return std::stoi(number);
  }
  return -1;
}

/// Sets a limit of this process during its lifetime.
struct Limit {
  Limit(decltype(RLIMIT_AS) what, std::size_t most) : resource(what) {
    ::getrlimit(resource, &before);
    const rlimit lower{most, before.rlim_max};
    REQUIRE(::setrlimit(resource, &lower) == 0);
  }
  ~Limit() { ::setrlimit(resource, &before); }
  decltype(RLIMIT_AS) resource;
  rlimit before{};
};

/// Bytes of address space of this process.
std::size_t address_space() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGE_SIZE));
}

long open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return std::distance(begin(files), end(files));
}

}  // namespace

TEST_CASE("A sandbox answers several questions in order") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "r2345") == "5432r");
  CHECK(ask(sandbox, "rats") == "star");
  CHECK_THROWS_WITH_AS(sandbox.ask(101), "sandbox: a question too long", sand::Error);
}

TEST_CASE("A crash is reported, and a new process answers the next question") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "s") == "it crashed (SIGSEGV)");
  CHECK(ask(sandbox, "rats") == "star");
  CHECK(ask(sandbox, "t") == "it crashed (SIGILL)");
  CHECK(ask(sandbox, "t") == "it crashed (SIGILL)");
  CHECK(ask(sandbox, "rats") == "star");
}

TEST_CASE("A question that takes too long is abandoned, sooner if the process sleeps") {
  Sandbox sandbox(work, {.question = 100, .answer = 100, .seconds = 0.1});
  CHECK(ask(sandbox, "l") == "it took more than 100 ms");
  CHECK(ask(sandbox, "rats") == "star");
  Sandbox patient(work, {.question = 100, .answer = 100, .seconds = 60});
  const auto start = std::chrono::steady_clock::now();
  CHECK(ask(patient, "w") == "it stopped answering");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  CHECK(ask(patient, "rats") == "star");
}

TEST_CASE("An answer of invalid length or form is rejected") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "n") == "its answer is malformed");
  CHECK(ask(sandbox, "p") == "its answer is malformed");
  CHECK(ask(sandbox, "rats") == "star");
}

TEST_CASE("Failures caused by the question and failures caused by the system are distinguished") {
  Sandbox sandbox(work, {.question = 100, .answer = 100, .seconds = 0.3});
  const auto failure = [&](const char* question, int signal) {
    std::thread system([&, child = child_of_mine()] {
      ::usleep(100'000);
      if (signal != 0) ::kill(child, signal);
    });
    sandbox.question()[0] = static_cast<std::uint8_t>(question[0]);
    const Sandbox::Reply reply = sandbox.ask(1);
    system.join();
    CHECK(ask(sandbox, "rats") == "star");
    return reply.failure;
  };
  for (const char* question : {"s", "t", "l", "n"}) CHECK_FALSE(failure(question, 0).by_system);
  const SandboxFailure killed = failure("l", SIGKILL);
  CHECK(killed.how == "it was killed (SIGKILL)");
  CHECK(killed.by_system);
  CHECK(killed.hint.find("when memory runs out") != std::string::npos);
  const SandboxFailure stopped = failure("l", SIGSTOP);
  CHECK(stopped.how.rfind("no answer in ", 0) == 0);
  CHECK(stopped.how.find(" s: it is stopped") != std::string::npos);
  CHECK(stopped.by_system);
}

TEST_CASE("With limited address space, the process uses less memory and reports how much") {
  const std::size_t wanted = std::size_t{1} << 40;
  const Limit limit(RLIMIT_AS, address_space() + (std::size_t{2} << 30));
  Sandbox sandbox(work, {.question = 100, .answer = 100, .memory = wanted});
  CHECK(sandbox.memory() >= std::size_t{16} << 20);
  CHECK(sandbox.memory() <= std::size_t{2} << 30);
  CHECK(ask(sandbox, "rats") == "star");
}

TEST_CASE("Without any address space, the error names the limit") {
  const Limit limit(RLIMIT_AS, address_space() + (8 << 20));
  CHECK_THROWS_WITH_AS(
      Sandbox(work, {.question = 100, .answer = 100, .memory = std::size_t{1} << 30}),
      "sandbox: the process did not start\n    found no address space for 16 MiB more"
      "\n    hint: ulimit -v or ulimit -d limits it: raise the limit, or use fewer --threads",
      sand::Error);
}

TEST_CASE("The kernel ends the process at any other system call than read, write and exit") {
  Sandbox sandbox(work, kRoom);
  if (::prctl(PR_GET_SECCOMP) < 0) {
    MESSAGE("skipped: this kernel has no seccomp");
    return;
  }
  CHECK(sandbox.confined());
  CHECK(ask(sandbox, "k") == "it made a forbidden system call (SIGSYS)");
  CHECK(ask(sandbox, "o") == "it made a forbidden system call (SIGSYS)");
  CHECK(ask(sandbox, "rats") == "star");
}

TEST_CASE("The process cannot write to any file of its parent") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "f") == kNo);
}

TEST_CASE("Memory is zero at the start of every question") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "d") == "");
  CHECK(ask(sandbox, "c") == kYes);
}

TEST_CASE("A process that has used much memory is replaced, others are kept") {
  Sandbox sandbox(work, kRoom);
  CHECK(ask(sandbox, "q") == std::string(1, '\1'));
  CHECK(ask(sandbox, "q") == std::string(1, '\2'));
  CHECK(ask(sandbox, "m") == kYes);
  CHECK(ask(sandbox, "q") == std::string(1, '\1'));
}

TEST_CASE("No process and no file is left over") {
  const long before = open_files();
  {
    Sandbox sandbox(work, kRoom), another(work, kRoom);
    for (const char* question : {"rats", "s", "n", "rats", "t"}) ask(sandbox, question);
    CHECK(open_files() == before + 1);  // of the two, one is dead
  }
  CHECK(open_files() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("Sandboxes work at the same time, also while some fail") {
  const sand::Threads threads(4);
  std::vector<std::unique_ptr<Sandbox>> sandboxes;
  for (int i = 0; i < 4; ++i) sandboxes.push_back(std::make_unique<Sandbox>(work, kRoom));
  std::vector<std::string> answers(200);
  threads.run(200, [&](int task, int worker) {
    answers[static_cast<std::size_t>(task)] =
        ask(*sandboxes[static_cast<std::size_t>(worker)], task % 10 == 3 ? "t" : "rats");
  });
  for (std::size_t i = 0; i < 200; ++i) CHECK(answers[i] == (i % 10 == 3 ? "it crashed (SIGILL)" : "star"));
}

TEST_CASE("The process dies with its parent, even in the middle of work") {
  REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);  // so that this process can wait for the orphan
  const pid_t parent = ::fork();
  if (parent == 0) {
    Sandbox sandbox(work, {.seconds = 60});
    ask(sandbox, "l");
    ::_exit(0);
  }
  ::usleep(300'000);
  ::kill(parent, SIGKILL);
  CHECK(::waitpid(parent, nullptr, 0) == parent);
  int status = 0;
  pid_t orphan = 0;
  for (int tries = 0; tries < 100 && orphan == 0; ++tries, ::usleep(50'000))
    orphan = ::waitpid(-1, &status, WNOHANG);
  CHECK(orphan > 0);
  CHECK(WIFSIGNALED(status));
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

#endif
