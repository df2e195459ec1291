#include "experiments/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

/// "process 4711 on host", as the holder wrote it.
std::string holder_in(int descriptor) {
  char text[200];
  const ssize_t length = ::pread(descriptor, text, sizeof text, 0);
  return length > 0 ? printable({text, static_cast<std::size_t>(length)}) : "unknown";
}

/// Whether the locked file is still the one that others will find: its last holder may have removed it meanwhile.
bool is_in_place(int descriptor, const char* path) {
  struct stat ours {
  }, there{};
  return ::fstat(descriptor, &ours) == 0 && ::stat(path, &there) == 0 && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& directory) : path_(directory / kName) {
  const auto io_error = [&](int reason) {
    return Error(Fault::io, "run directory: cannot lock it").fact("path", path_.string()).fact("reason", std::strerror(reason));
  };
  while (true) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    check(descriptor_ >= 0, [&] { return io_error(errno); });
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      const std::string holder = holder_in(descriptor_);
      ::close(descriptor_);
      check(reason == EWOULDBLOCK, [&] { return io_error(reason); });
      throw Error(Fault::busy, "run directory: another process works in it")
          .fact("path", directory.string())
          .fact("holder", holder)
          .hint("wait until it ends, or give another --output-dir");
    }
    errno = 0;
    if (is_in_place(descriptor_, path_.c_str())) break;
    const int reason = errno;  // of a look that failed
    ::close(descriptor_);
    check(reason == 0 || reason == ENOENT, [&] { return io_error(reason); });
  }
  char host[100] = "";
  ::gethostname(host, sizeof host - 1);
  const std::string text = "process " + std::to_string(::getpid()) + " on " + host;
  // Only for people: on a full disk the lock holds without it.
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) < 0) return;
}

RunLock::~RunLock() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace sand::experiments
