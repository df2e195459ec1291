#include "tensor/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "tensor/error.h"

namespace sand {
namespace {

/// What the operating system refused, and why.
Error refused(Fault fault, const std::string& what, const std::string& path, int reason) {
  return Error(fault, "file: " + what).fact("file", path).fact("found", std::generic_category().message(reason));
}

}  // namespace

InputFile::InputFile(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // else a pipe would keep us waiting
  check(descriptor_ >= 0, [&, reason = errno] {
    const bool missing = reason == ENOENT || reason == ENOTDIR;
    return refused(missing ? Fault::missing : Fault::io, missing ? "there is no such file" : "cannot be opened", path, reason);
  });
  struct stat status = {};
  const bool known = ::fstat(descriptor_, &status) == 0;
  const int reason = errno;
  const bool regular = known && S_ISREG(status.st_mode);
  if (!regular) ::close(descriptor_);  // no destructor runs for a constructor that throws
  check(known, [&] { return refused(Fault::io, "cannot be looked at", path, reason); });
  check(regular, [&] { return Error(Fault::data, "file: must be a regular file").fact("file", path); });
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(std::span<std::byte> block) {
  while (!block.empty()) {
    const ssize_t count = ::read(descriptor_, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, [&, reason = errno] { return refused(Fault::io, "reading failed", path_, reason); });
    check(count > 0, [&] { return Error(Fault::data, "file: ended early; was it cut while it was read?").fact("file", path_); });
    block = block.subspan(static_cast<std::size_t>(count));
  }
}

NewFile::NewFile(const std::string& path) : path_(path) {
  struct stat status = {};
  const bool taken = ::stat(path.c_str(), &status) == 0;
  check(taken || errno == ENOENT, [&, reason = errno] { return refused(Fault::io, "cannot be created", path, reason); });
  check(!taken || S_ISREG(status.st_mode),
        [&] { return Error(Fault::io, "file: only a regular file can be replaced").fact("file", path); });
  // A part left over from a crash is never touched: another process may be writing it.
  constexpr int kMostParts = 1000;
  for (int number = 0; descriptor_ < 0; ++number) {
    part_ = path + ".part" + std::to_string(number);
    descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool go_on = descriptor_ >= 0 || (errno == EEXIST && number < kMostParts);
    check(go_on, [&, reason = errno] { return refused(Fault::io, "cannot be created", part_, reason); });
  }
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!part_.empty()) ::unlink(part_.c_str());
}

void NewFile::write(std::span<const std::byte> block) {
  while (!block.empty()) {
    const ssize_t count = ::write(descriptor_, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, [&, reason = errno] { return refused(Fault::io, "writing failed; nothing was changed", path_, reason); });
    block = block.subspan(static_cast<std::size_t>(count));
  }
}

void NewFile::commit() {
  // A write can fail as late as here, on a network disk or over a quota.
  const bool whole =
      ::fsync(descriptor_) == 0 && ::close(std::exchange(descriptor_, -1)) == 0 && std::rename(part_.c_str(), path_.c_str()) == 0;
  check(whole, [&, reason = errno] { return refused(Fault::io, "writing failed; nothing was changed", path_, reason); });
  part_.clear();
  // The new name, too, must outlive a power cut. Some file systems have nothing to wait for, and say EINVAL.
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = directory >= 0 && (::fsync(directory) == 0 || errno == EINVAL);
  const int reason = errno;
  if (directory >= 0) ::close(directory);
  check(kept, [&] { return refused(Fault::io, "written, but a power cut may undo it", path_, reason); });
}

}  // namespace sand
