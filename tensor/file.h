// Files as bytes: reads regular files, and writes a file so that no reader ever finds half of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tensor/directory.h"
#include "tensor/error.h"

namespace sand {

/// Reads a regular file from its beginning; pipes, devices and directories are refused.
class InputFile {
 public:
  /// Throws Error(missing) when there is no such file, Error(data) when it is not a regular one, Error(io)
  /// else.
  explicit InputFile(const std::string& path);
  InputFile(const Directory& directory, const std::string& name);

  std::uint64_t size() const { return size_; }  ///< bytes, when the file was opened
  /// Fills `block` with the next bytes. Throws Error(data) when the file ends before, Error(io) when reading
  /// fails.
  void read(std::span<std::byte> block);
  /// The whole file as text. Throws Error(data) when it has more than `most` bytes, before memory is taken
  /// for them.
  std::string text(std::uint64_t most);

 private:
  InputFile(int directory, const std::string& name, std::string path);
  std::string path_;
  Descriptor opened_;
  std::uint64_t size_ = 0;
};

struct OpenFile {
  Descriptor descriptor;
  std::uint64_t size;  ///< bytes, when the file was opened
};

/// Opens the file `name` to be changed where it is, `flags` as for open(2): a regular file, never through a
/// link. Throws Error(data) for anything else, without waiting for the other end of a pipe; Error(io) where
/// it cannot be opened.
OpenFile open_in_place(const Directory& directory, const std::string& name, int flags);

/// Writes a file beside the place it is meant for, and moves it there when it is whole. Whoever opens the
/// path finds the old content or the new one, also after a crash. Without commit() everything written is
/// removed again.
class NewFile {
 public:
  /// Throws Error(io); also when there is something at `path` that is not a regular file.
  explicit NewFile(const std::string& path);
  NewFile(const Directory& directory, const std::string& name);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::span<const std::byte> block);  ///< throws Error(io), for example when the disk is full
  void commit();  ///< waits for the disk, renames, waits for the name; throws Error(io)

  /// Of what file `name` is an unfinished part that a killed process left: "done.part3" -> "done". "" for any
  /// other name.
  static std::string unfinished(const std::string& name);

 private:
  NewFile(const Directory& directory, const std::string& name, const std::string& path);
  Error not_there(const char* what, int reason) const;
  Directory directory_;
  std::string name_, part_;  // part_ is "" once it is renamed
  std::string path_;         // as errors call it
  Descriptor opened_;
};

}  // namespace sand
