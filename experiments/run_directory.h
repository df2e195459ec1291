// The files of one run. A reader finds whole lines and whole files or nothing, whenever the run was stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "experiments/run_lock.h"

namespace sand::experiments {

/// DIR/record.json, results.jsonl (DomainBed's keys), metrics.jsonl, out.txt, checkpoints/, weights.safetensors, done.
/// Nobody else works in it while this object lives.
class RunDirectory {
 public:
  /// Whether there is a run, finished or not. Throws Error(io) where that cannot be found out.
  static bool holds_run(const std::filesystem::path& path);

  /// Makes the directory, or takes one that is empty or holds a run, and removes half-written files that a killed process left.
  /// Throws Error(busy) for any other directory, and while another process works in it; Error(io) where it cannot be made.
  explicit RunDirectory(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path record() const { return path_ / "record.json"; }
  bool has(const std::string& name) const;          ///< throws Error(io) where that cannot be found out
  std::string read(const std::string& name) const;  ///< a short file, whole; throws what InputFile throws

  /// Removes the run, and no other file. Throws Error(io).
  void clear() const;
  /// Writes a whole file in one step. Throws Error(io), and then there is no such file, or still the old one.
  void write(const std::string& name, const std::string& content) const;
  /// Appends a whole line or nothing. Throws Error(io).
  void append(const std::string& name, const std::string& line) const;

  /// Bytes of a file of lines; 0 where there is none. Throws Error(io).
  std::uint64_t length(const std::string& name) const;
  /// Waits until all appended lines are on the disk. Throws Error(io).
  void sync();
  /// Throws Error(data) unless a file of lines is at least so long and a line ends there, Error(io) where that cannot be found out;
  /// 0 is the end of no line, in no file.
  void check_line_end(const std::string& name, std::uint64_t length) const;
  /// Cuts a file of lines back to what it was when it had this length. Throws Error(io), and what check_line_end throws.
  void cut(const std::string& name, std::uint64_t length) const;

 private:
  std::filesystem::path path_;
  RunLock lock_;
  bool names_synced_ = false;
};

}  // namespace sand::experiments
