#include "tensor/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "tensor/error.h"

namespace sand {
namespace {

constexpr int kOpen = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// The error of the operating system: what failed, and why.
Error refused(const char* what, const std::string& path, int reason) {
  return Error(Fault::io, std::string("directory: ") + what)
      .fact("path", path)
      .fact("reason", std::generic_category().message(reason));
}

/// The status of an open directory.
struct stat status_of(const Directory& directory) {
  struct stat status = {};
  const bool known = ::fstat(directory.descriptor(), &status) == 0;
  check(known, [&, reason = errno] { return refused("cannot examine it", directory.path(), reason); });
  return status;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

bool Descriptor::close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

Directory::Directory(int descriptor, std::string path)
    : path_(std::move(path)), opened_(std::make_shared<const Descriptor>(descriptor)) {}

Directory::Directory(const std::string& path) : Directory(::open(path.c_str(), kOpen), path) {
  check(descriptor() >= 0, [&, reason = errno] { return refused("cannot open it", path, reason); });
}

Directory Directory::subdirectory(const std::string& name) const {
  const std::string path = path_of(name);
  const bool there = ::mkdirat(descriptor(), name.c_str(), 0777) == 0 || errno == EEXIST;
  check(there, [&, reason = errno] { return refused("cannot create it", path, reason); });
  struct stat status = {};
  const bool known = ::fstatat(descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  check(known, [&, reason = errno] { return refused("cannot examine it", path, reason); });
  check(S_ISDIR(status.st_mode), [&] {
    return Error(Fault::io, "directory: must be a real directory")
        .fact("path", path)
        .fact("found", S_ISLNK(status.st_mode) ? "a link" : "a file")
        .hint("move it away; nothing was changed");
  });
  Directory opened(::openat(descriptor(), name.c_str(), kOpen | O_NOFOLLOW), path);
  check(opened.descriptor() >= 0, [&, reason = errno] { return refused("cannot open it", path, reason); });
  return opened;
}

std::string Directory::path_of(const std::string& name) const {
  return path_.ends_with('/') ? path_ + name : path_ + "/" + name;
}

bool Directory::has(const std::string& name) const {
  struct stat status = {};
  const bool found = ::fstatat(descriptor(), name.c_str(), &status, 0) == 0;
  check(found || errno == ENOENT,
        [&, reason = errno] { return refused("cannot check for a file", path_of(name), reason); });
  return found;
}

std::vector<std::string> Directory::names() const {
  const auto failed = [&] { return refused("cannot list it", path_, errno); };
  Descriptor again(::openat(descriptor(), ".", kOpen));  // has its own reading position
  check(again.number() >= 0, failed);
  DIR* const list = ::fdopendir(again.number());
  check(list != nullptr, failed);
  again.release();
  const std::unique_ptr<DIR, int (*)(DIR*)> closed(list, ::closedir);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(list);
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  check(errno == 0, failed);
  std::sort(names.begin(), names.end());
  return names;
}

void Directory::remove(const std::string& name) const {
  const bool gone = ::unlinkat(descriptor(), name.c_str(), 0) == 0 || errno == ENOENT;
  check(gone, [&, reason = errno] { return refused("cannot remove an old file", path_of(name), reason); });
}

void Directory::sync() const {
  if (::fsync(descriptor()) == 0) return;
  const int reason = errno;
  const bool unknown = reason == EINVAL || reason == EOPNOTSUPP || reason == ENOSYS;  // sync unsupported
  check(unknown, [&] { return refused("a power cut may undo what was written in it", path_, reason); });
}

bool Directory::in_place() const {
  const struct stat held = status_of(*this);
  struct stat there = {};
  const bool known = ::stat(path_.c_str(), &there) == 0;
  check(known || errno == ENOENT || errno == ENOTDIR || errno == ELOOP,
        [&, reason = errno] { return refused("cannot examine it", path_, reason); });
  return known && there.st_ino == held.st_ino && there.st_dev == held.st_dev;
}

void Directory::check_exists() const {
  check(status_of(*this).st_nlink > 0, [&] {
    return Error(Fault::io, "directory: it was removed while it was in use")
        .fact("path", path_)
        .hint("what was in it is lost; start again");
  });
}

}  // namespace sand
