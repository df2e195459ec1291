// Reads regular files as bytes, and writes files atomically: no reader ever finds a half-written file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tensor/directory.h"
#include "tensor/error.h"

namespace sand {

/// Reads a regular file from its beginning. Rejects pipes, devices and directories.
class InputFile {
 public:
  /// Throws Error(missing) if the file does not exist, Error(data) if it is not regular, Error(io) for other
  /// failures.
  explicit InputFile(const std::string& path);
  InputFile(const Directory& directory, const std::string& name);

  std::uint64_t size() const { return size_; }  ///< bytes, when the file was opened
  /// Fills `block` with the next bytes. Throws Error(data) if the file is too short, Error(io) if reading
  /// fails.
  void read(std::span<std::byte> block);
  /// The whole file as text. Throws Error(data) if the file has more than `most` bytes, before it allocates
  /// memory.
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

/// Opens the regular file `name` to change it in place; `flags` as for open(2). Does not follow links. Throws
/// Error(data) for anything but a regular file, without waiting for the other end of a pipe; Error(io) if
/// opening fails.
OpenFile open_in_place(const Directory& directory, const std::string& name, int flags);

/// Writes a temporary file in the target directory; commit() renames it to the target. A reader finds the old
/// content or the new one, also after a crash. Without commit() the destructor removes the temporary file.
class NewFile {
 public:
  /// Throws Error(io), also if something other than a regular file is at `path`.
  explicit NewFile(const std::string& path);
  NewFile(const Directory& directory, const std::string& name);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::span<const std::byte> block);  ///< throws Error(io), for example if the disk is full
  void commit();  ///< syncs the file, renames it, syncs the directory; throws Error(io)

  /// The file for which `name` is a temporary file left by a killed process: "done.part3" -> "done". "" for
  /// any other name.
  static std::string unfinished(const std::string& name);

 private:
  NewFile(const Directory& directory, const std::string& name, const std::string& path);
  Error not_there(const char* what, int reason) const;
  Directory directory_;
  std::string name_, part_;  // part_ is "" after the rename
  std::string path_;         // for error messages
  Descriptor opened_;
};

}  // namespace sand
