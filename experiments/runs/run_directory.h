// The files of one run. A reader finds whole lines and whole files or nothing, whenever the run was stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "experiments/runs/run_lock.h"
#include "tensor/directory.h"
#include "tensor/file.h"

namespace sand::experiments {

/// DIR/record.json, results.jsonl (DomainBed's keys), metrics.jsonl, out.txt, checkpoints/,
/// weights.safetensors, done. Held open and locked: no other process works in it while this object lives.
/// Where it is moved, the run continues in it.
class RunDirectory {
 public:
  /// Each has one line for every record of the run, and nothing else.
  static constexpr const char* kLogs[] = {"results.jsonl", "metrics.jsonl"};

  /// Whether there is a run, finished or not. Throws Error(io) where that cannot be found out.
  static bool holds_run(const std::filesystem::path& path);

  /// Makes the directory, or takes one that is empty or holds a run, and removes half-written files that a
  /// killed process left. Throws Error(busy) for any other directory, for a record.json of another program,
  /// and while another process works in it; Error(io) where it cannot be made, or not be locked if it has to
  /// be.
  explicit RunDirectory(const std::filesystem::path& path, bool locked = true);

  const std::filesystem::path& path() const { return path_; }
  const Directory& held() const { return directory_; }
  const Directory& checkpoints() const { return checkpoints_; }

  /// Removes the run, and no other file. Throws Error(io).
  void clear() const;
  /// Writes a whole file in one step. Throws Error(io), and then there is no such file, or still the old one.
  void write(const std::string& name, std::span<const std::byte> content) const;
  void write(const std::string& name, const std::string& content) const {
    write(name, std::as_bytes(std::span(content)));
  }
  /// Appends a whole line or nothing. Throws Error(io), and Error(data) for a log that another program
  /// changed since its last line.
  void append(const std::string& name, const std::string& line);

  /// Waits until all appended lines of the logs are on the disk. Throws what append throws.
  void sync();
  /// Cuts a log back to this length in bytes. Throws Error(io).
  void cut(const std::string& log, std::uint64_t length);

 private:
  // to append to them; throws Error(data) for a log that is not as it was left
  OpenFile open_lines(const std::string& name) const;

  std::filesystem::path path_;
  Directory directory_;
  std::unique_ptr<RunLock> lock_;
  Directory checkpoints_;
  std::map<std::string, std::uint64_t> lengths_;  // of the logs, where they were last appended to or cut
  bool names_synced_ = false;
};

}  // namespace sand::experiments
