// Files as bytes: reading one that is really a file, and writing one so that nobody ever finds half of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sand {

/// Reads a regular file from its beginning; pipes, devices and directories are refused.
class InputFile {
 public:
  /// Throws Error(missing) when there is no such file, Error(data) when it is not a regular one, Error(io) else.
  explicit InputFile(const std::string& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  std::uint64_t size() const { return size_; }  ///< bytes, when the file was opened
  /// Fills `block` with the next bytes. Throws Error(data) when the file ends before, Error(io) when reading fails.
  void read(std::span<std::byte> block);

 private:
  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

/// Writes a file beside the place it is meant for, and moves it there when it is whole. Whoever opens the path finds the
/// old content or the new one, also after a crash. Without commit() everything written is removed again.
class NewFile {
 public:
  /// Throws Error(io); also when there is something at `path` that is not a regular file.
  explicit NewFile(const std::string& path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::span<const std::byte> block);  ///< throws Error(io), for example when the disk is full
  void commit();                                 ///< waits for the disk, renames, waits for the name; throws Error(io)

 private:
  std::string path_, part_;  // part_ is "" once it is renamed
  int descriptor_ = -1;
};

}  // namespace sand
