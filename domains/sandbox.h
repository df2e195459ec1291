// A process that can do nothing but compute: where code runs that a file from a stranger may turn against us.
// No way to run programs, and no substitute for checking what comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "domains/decoder_memory.h"

namespace sand::domains {

/// What runs in the sandbox: reads the question, writes the answer, returns how many bytes of it. All its
/// memory is the arena and a small stack; no exceptions, no files, no locks, no static objects that are made
/// on first use.
using SandboxWork = std::size_t (*)(std::span<const std::uint8_t> question, std::span<std::uint8_t> answer,
                                    DecoderMemory& memory);

struct SandboxRoom {
  std::size_t question = 1 << 20, answer = 1 << 20;  ///< bytes at most
  std::size_t memory = 1 << 20;  ///< bytes of the arena; only those that are touched cost anything
  double seconds = 10;           ///< of CPU for one answer; twelve times as much by the clock
};

/// How a process failed, in one phrase: "it crashed (SIGSEGV)", "it took more than 10000 ms". Whatever the
/// question is to blame for is its own doing; what the system did to the process (killed it, stopped it, let
/// it starve) is not.
struct SandboxFailure {
  std::string how = "";  ///< "" where there is none
  bool by_system = false;
  std::string hint = "";  ///< what to do about the system
};

/// A child process for `work`. It has no open file but its own pipe, is deaf to signals and leaves no core
/// dump; the kernel ends it at any system call but read, write and exit (seccomp). When it crashes, falls
/// asleep over a question or takes too long it is replaced. It dies with its parent. To be used by one thread
/// at a time, and not beyond the end of the thread that made it or last saw it fail, since the kernel ends
/// the child with that thread.
class Sandbox {
 public:
  /// Throws Error(resources) where memory or a process is missing, and on other systems than Linux.
  Sandbox(SandboxWork work, const SandboxRoom& room);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  /// Where to put the next question.
  std::span<std::uint8_t> question() { return shared_.first(room_.question); }

  /// The answer, valid until the next question; else how the process failed.
  struct Reply {
    std::span<const std::uint8_t> answer;
    SandboxFailure failure;
    std::size_t memory_used = 0;  ///< of the arena
  };
  /// Told once, after some seconds without an answer: "process 4711 is stopped".
  using Waiting = std::function<void(const std::string& state)>;
  /// Asks the question that the first `bytes` of question() hold. Throws Error(resources) where a failed
  /// process cannot be replaced.
  Reply ask(std::size_t bytes, const Waiting& waiting = {});

  /// Bytes of the arena: fewer than asked for where address space is limited.
  std::size_t memory() const { return memory_; }

  /// Whether the kernel watches over system calls. False where it lacks seccomp; the process is a separate
  /// one all the same.
  bool confined() const { return confined_; }

 private:
  struct Message;
  void start();
  void stop();
  SandboxFailure ended();  // how, after its pipe closed
  std::optional<Message> hear(SandboxFailure& failure, const Waiting& waiting);
  [[noreturn]] void live(int pipe, int parent) noexcept;

  SandboxWork work_;
  SandboxRoom room_;
  std::span<std::uint8_t> shared_;  // question, answer
  int child_ = -1, pipe_ = -1;
  bool confined_ = false;
  std::size_t memory_ = 0;
};

}  // namespace sand::domains
