// What a process gives up for the rest of its life.
#pragma once

namespace sand::domains {

/// From here on the kernel ends this process at any system call but read, write, exit and the return from a
/// signal (seccomp). Returns whether it will; false where the kernel lacks that. Safe in a signal handler.
bool confine() noexcept;

}  // namespace sand::domains
