// Restricts the system calls of this process, permanently.
#pragma once

namespace sand::domains {

/// From now on the kernel kills this process at any system call except read, write, exit and the return from
/// a signal (seccomp). Returns whether the restriction is active; false if the kernel lacks it. Safe in a
/// signal handler.
bool confine() noexcept;

}  // namespace sand::domains
