// A directory held open: all operations stay in this directory, even if its path is moved, removed or
// replaced.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace sand {

/// Owns an open file or directory; the destructor closes it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}  ///< -1 for none
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  int release();  ///< gives up ownership: the caller closes it
  bool close();   ///< whether it worked; if not, errno gives the reason

 private:
  int number_;
};

/// Copies share one open directory. Every `name` is the name of an entry, without a slash.
class Directory {
 public:
  /// Follows links. Throws Error(io) if the directory cannot be opened.
  explicit Directory(const std::string& path);
  /// Opens the subdirectory `name`; creates it if it does not exist. Throws Error(io), also for a link.
  Directory subdirectory(const std::string& name) const;

  int descriptor() const { return opened_->number(); }
  const std::string& path() const { return path_; }  ///< the path given to the constructor
  std::string path_of(const std::string& name) const;

  /// Whether an entry exists; follows links. Throws Error(io) if that cannot be determined.
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;      ///< of all entries, sorted; throws Error(io)
  void remove(const std::string& name) const;  ///< a file or link, if it exists; throws Error(io)
  /// Waits until the names of new files are on disk, if the file system supports that. Throws Error(io).
  void sync() const;

  /// Whether path() still leads to this directory. Throws Error(io) if that cannot be determined.
  bool in_place() const;
  /// Throws Error(io) if the directory was removed.
  void check_exists() const;

 private:
  Directory(int descriptor, std::string path);
  std::string path_;
  std::shared_ptr<const Descriptor> opened_;
};

}  // namespace sand
