// A directory that is held open: what is done in it stays in it, whoever moves it, removes it or puts another
// in its place.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace sand {

/// An open file or directory, closed when this object goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}  ///< -1 for none
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  int release();  ///< gives it away: whoever takes it closes it
  bool close();   ///< whether that worked; errno says why not

 private:
  int number_;
};

/// Copies share what is open. Every `name` is that of an entry, without a slash.
class Directory {
 public:
  /// Follows links. Throws Error(io) where it cannot be opened.
  explicit Directory(const std::string& path);
  /// The directory `name` in it, made where there is none. Throws Error(io), also for a link.
  Directory subdirectory(const std::string& name) const;

  int descriptor() const { return opened_->number(); }
  const std::string& path() const { return path_; }  ///< as it was opened
  std::string path_of(const std::string& name) const;

  /// through links; throws Error(io) where that cannot be found out
  bool has(const std::string& name) const;
  std::vector<std::string> names() const;      ///< of all entries, sorted; throws Error(io)
  void remove(const std::string& name) const;  ///< a file or a link, if it is there; throws Error(io)
  /// Waits until the names of new files are on the disk, where the file system can do that. Throws Error(io).
  void sync() const;

  /// Whether its path still leads to it. Throws Error(io) where that cannot be found out.
  bool in_place() const;
  /// Throws Error(io) when it was removed.
  void check_exists() const;

 private:
  Directory(int descriptor, std::string path);
  std::string path_;
  std::shared_ptr<const Descriptor> opened_;
};

}  // namespace sand
