#include "experiments/runs/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

/// "process 4711 on host", as the holder wrote it.
std::string holder_in(const Directory& directory) try {
  const Descriptor file = open_in_place(directory, RunLock::kName, O_RDONLY).descriptor;
  char text[200];
  const ssize_t length = ::pread(file.number(), text, sizeof text, 0);
  return length > 0 ? printable({text, static_cast<std::size_t>(length)}) : "unknown";
} catch (const Error&) {
  return "unknown";  // its run.lock was removed
}

}  // namespace

RunLock::RunLock(const Directory& directory) : directory_(directory) {
  lock(directory_.descriptor());
  do {
    file_ = open_in_place(directory_, kName, O_RDWR | O_CREAT).descriptor;
    lock(file_.number());
  } while (!is_in_place());
  char host[100] = "";
  ::gethostname(host, sizeof host - 1);
  const std::string text = "process " + std::to_string(::getpid()) + " on " + host;
  // Only for people: the lock works without it, for example on a full disk.
  if (::ftruncate(file_.number(), 0) != 0 || ::pwrite(file_.number(), text.data(), text.size(), 0) < 0)
    return;
}

RunLock::~RunLock() {
  try {
    if (is_in_place()) directory_.remove(kName);
  } catch (const Error&) {
    // A leftover file blocks no process.
  }
  ::flock(directory_.descriptor(), LOCK_UN);  // a child process may still hold it open
}

void RunLock::lock(int descriptor) const {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  check(reason != EWOULDBLOCK, [&] {
    return Error(Fault::busy, "run directory: another process uses it")
        .fact("path", directory_.path())
        .fact("holder", holder_in(directory_))
        .hint("wait until it ends, or give another --output-dir");
  });
  Error error = Error(Fault::io, "run directory: cannot lock it")
                    .fact("path", directory_.path())
                    .fact("reason", std::strerror(reason));
  if (reason == ENOLCK || reason == EOPNOTSUPP || reason == ENOSYS)
    error.hint(
        "its file system has no locks now (NFS needs lockd, Lustre -o flock); give an --output-dir "
        "elsewhere, or --no-lock; "
        "then make sure that no other process trains in this one");
  throw error;
}

bool RunLock::is_in_place() const {
  struct stat ours = {}, there = {};
  const bool known = ::fstat(file_.number(), &ours) == 0;
  const bool found = known && ::fstatat(directory_.descriptor(), kName, &there, AT_SYMLINK_NOFOLLOW) == 0;
  check(found || (known && errno == ENOENT), [&, reason = errno] {
    return Error(Fault::io, "run directory: cannot lock it")
        .fact("path", directory_.path_of(kName))
        .fact("reason", std::strerror(reason));
  });
  return found && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

}  // namespace sand::experiments
