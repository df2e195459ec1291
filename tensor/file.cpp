#include "tensor/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sand {
namespace {

/// The error of the operating system: what failed, and why.
Error refused(Fault fault, const std::string& what, const std::string& path, int reason) {
  return Error(fault, "file: " + what)
      .fact("file", path)
      .fact("found", std::generic_category().message(reason));
}

/// The size of an open file. Throws Error(data) unless it is regular.
std::uint64_t size_of_regular(const Descriptor& opened, const std::string& path) {
  struct stat status = {};
  const bool known = ::fstat(opened.number(), &status) == 0;
  check(known, [&, reason = errno] { return refused(Fault::io, "cannot be examined", path, reason); });
  check(S_ISREG(status.st_mode),
        [&] { return Error(Fault::data, "file: must be a regular file").fact("file", path); });
  return static_cast<std::uint64_t>(status.st_size);
}

/// The directory of a path.
Directory parent_of(const std::filesystem::path& path) {
  return Directory(path.has_parent_path() ? path.parent_path().string() : ".");
}

}  // namespace

InputFile::InputFile(const std::string& path) : InputFile(AT_FDCWD, path, path) {}

InputFile::InputFile(const Directory& directory, const std::string& name)
    : InputFile(directory.descriptor(), name, directory.path_of(name)) {}

InputFile::InputFile(int directory, const std::string& name, std::string path)
    : path_(std::move(path)),
      // without O_NONBLOCK, opening a pipe would block
      opened_(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  check(opened_.number() >= 0, [&, reason = errno] {
    const bool missing = reason == ENOENT || reason == ENOTDIR;
    return refused(missing ? Fault::missing : Fault::io,
                   missing ? "there is no such file" : "cannot be opened", path_, reason);
  });
  size_ = size_of_regular(opened_, path_);
}

void InputFile::read(std::span<std::byte> block) {
  while (!block.empty()) {
    const ssize_t count = ::read(opened_.number(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, [&, reason = errno] { return refused(Fault::io, "reading failed", path_, reason); });
    check(count > 0, [&] {
      return Error(Fault::data, "file: ended early; was it cut while it was read?").fact("file", path_);
    });
    block = block.subspan(static_cast<std::size_t>(count));
  }
}

std::string InputFile::text(std::uint64_t most) {
  check(size_ <= most, [&] {
    return Error(Fault::data, "file: too large")
        .fact("file", path_)
        .fact("expected", "at most " + std::to_string(most) + " bytes")
        .fact("found", std::to_string(size_) + " bytes");
  });
  std::string text(size_, ' ');
  read(std::as_writable_bytes(std::span(text)));
  return text;
}

OpenFile open_in_place(const Directory& directory, const std::string& name, int flags) {
  const std::string path = directory.path_of(name);
  Descriptor opened(
      ::openat(directory.descriptor(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
  check(opened.number() >= 0, [&, reason = errno] {
    if (reason == ELOOP)
      return Error(Fault::data, "file: must be a regular file, not a link").fact("file", path);
    if (reason == ENXIO || reason == EISDIR)
      return Error(Fault::data, "file: must be a regular file").fact("file", path);
    if (reason == ENOENT) directory.check_exists();
    return refused(Fault::io, "cannot be opened", path, reason);
  });
  const std::uint64_t size = size_of_regular(opened, path);
  return {std::move(opened), size};
}

NewFile::NewFile(const std::string& path)
    : NewFile(parent_of(path), std::filesystem::path(path).filename().string(), path) {}

NewFile::NewFile(const Directory& directory, const std::string& name)
    : NewFile(directory, name, directory.path_of(name)) {}

NewFile::NewFile(const Directory& directory, const std::string& name, const std::string& path)
    : directory_(directory), name_(name), path_(path) {
  struct stat status = {};
  const bool taken = ::fstatat(directory_.descriptor(), name_.c_str(), &status, 0) == 0;
  check(taken || errno == ENOENT,
        [&, reason = errno] { return refused(Fault::io, "cannot be created", path_, reason); });
  check(!taken || S_ISREG(status.st_mode),
        [&] { return Error(Fault::io, "file: only a regular file can be replaced").fact("file", path_); });
  // Never touches a part left by a crash: another process may be writing it.
  constexpr int kMostParts = 1000;
  for (int number = 0; opened_.number() < 0; ++number) {
    part_ = name_ + ".part" + std::to_string(number);
    opened_ = Descriptor(
        ::openat(directory_.descriptor(), part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    const bool go_on = opened_.number() >= 0 || (errno == EEXIST && number < kMostParts);
    check(go_on, [&, reason = errno] { return not_there("cannot be created", reason); });
  }
}

Error NewFile::not_there(const char* what, int reason) const {
  if (reason == ENOENT)
    directory_.check_exists();  // a removed directory has no entries and does not accept any
  return refused(Fault::io, what, path_, reason);
}

NewFile::~NewFile() {
  if (!part_.empty()) ::unlinkat(directory_.descriptor(), part_.c_str(), 0);
}

void NewFile::write(std::span<const std::byte> block) {
  while (!block.empty()) {
    const ssize_t count = ::write(opened_.number(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    check(count >= 0, [&, reason = errno] {
      return refused(Fault::io, "writing failed; nothing was changed", path_, reason);
    });
    block = block.subspan(static_cast<std::size_t>(count));
  }
}

void NewFile::commit() {
  // On a network disk or over a quota, a write can fail as late as here.
  const bool whole =
      ::fsync(opened_.number()) == 0 && opened_.close() &&
      ::renameat(directory_.descriptor(), part_.c_str(), directory_.descriptor(), name_.c_str()) == 0;
  check(whole, [&, reason = errno] { return not_there("writing failed; nothing was changed", reason); });
  part_.clear();
  directory_.sync();  // the new name must also survive a power failure
}

std::string NewFile::unfinished(const std::string& name) {
  const std::size_t dot = name.rfind(".part");
  const bool is_part =
      dot != std::string::npos && name.find_first_not_of("0123456789", dot + 5) == std::string::npos;
  return is_part && name.size() > dot + 5 ? name.substr(0, dot) : "";
}

}  // namespace sand
