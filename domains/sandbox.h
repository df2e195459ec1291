// A child process that can only compute, for code that an untrusted file may take over. It does not start
// programs, and its output must still be checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "domains/decoder_memory.h"

namespace sand::domains {

/// The function that runs in the sandbox: reads the question, writes the answer, returns the answer's size in
/// bytes. It uses only the arena and a small stack: no exceptions, no files, no locks, no static objects with
/// initialization on first use.
using SandboxWork = std::size_t (*)(std::span<const std::uint8_t> question, std::span<std::uint8_t> answer,
                                    DecoderMemory& memory);

struct SandboxRoom {
  std::size_t question = 1 << 20, answer = 1 << 20;  ///< most bytes
  std::size_t memory = 1 << 20;                      ///< bytes of the arena; untouched memory costs nothing
  double seconds = 10;  ///< CPU seconds for one answer; the limit in wall-clock time is twelve times this
};

/// How a process failed, in one phrase: "it crashed (SIGSEGV)", "it took more than 10000 ms". `by_system` is
/// true if the system caused it (killed the process, stopped it, gave it no CPU time), false if the question
/// did.
struct SandboxFailure {
  std::string how = "";  ///< "" if it did not fail
  bool by_system = false;
  std::string hint = "";  ///< what the user can do if the system caused it
};

/// A child process for `work`. Its only open file is its pipe, it blocks signals and leaves no core dump. The
/// kernel kills it at any system call except read, write and exit (seccomp). A child that crashes, falls
/// asleep over a question or takes too long is replaced. It dies with its parent. Use a Sandbox from one
/// thread at a time, and not after the end of the thread that created it or last saw it fail: the kernel
/// kills the child when that thread ends.
class Sandbox {
 public:
  /// Throws Error(resources) if memory or a process is not available, and on systems other than Linux.
  Sandbox(SandboxWork work, const SandboxRoom& room);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  /// Write the next question here.
  std::span<std::uint8_t> question() { return shared_.first(room_.question); }

  /// The answer, valid until the next question; else how the process failed.
  struct Reply {
    std::span<const std::uint8_t> answer;
    SandboxFailure failure;
    std::size_t memory_used = 0;  ///< bytes of the arena
  };
  /// Called once, after some seconds without an answer: "process 4711 is stopped".
  using Waiting = std::function<void(const std::string& state)>;
  /// Asks the question in the first `bytes` of question(). Throws Error(resources) if a failed process cannot
  /// be replaced.
  Reply ask(std::size_t bytes, const Waiting& waiting = {});

  /// Bytes of the arena: fewer than requested if address space is limited.
  std::size_t memory() const { return memory_; }

  /// Whether the kernel checks system calls. False if it lacks seccomp; the child is a separate process even
  /// then.
  bool confined() const { return confined_; }

 private:
  struct Message;
  void start();
  void stop();
  SandboxFailure ended();  // how the child ended, after its pipe closed
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
