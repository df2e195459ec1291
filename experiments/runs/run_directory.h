// The files of one run. A run may stop at any time: a reader finds complete lines and files, or nothing.
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
/// weights.safetensors, done, and an event file if asked for. The directory is open and locked during this
/// object's lifetime: no other process works in it. If the directory is moved, the run continues in it.
class RunDirectory {
 public:
  /// Each has one line for every record of the run, and nothing else.
  static constexpr const char* kLogs[] = {"results.jsonl", "metrics.jsonl"};
  /// For TensorBoard, which looks for "tfevents" in names
  static constexpr const char* kEvents = "events.out.tfevents.sandgrad";

  /// Whether there is a run, finished or not. Throws Error(io) if the disk does not tell.
  static bool holds_run(const std::filesystem::path& path);

  /// Creates the directory, or opens one that is empty or holds a run. Removes half-written files of a killed
  /// process. Throws Error(busy) for any other directory, for a record.json of another program, and while
  /// another process works in it; Error(io) if the directory cannot be created, or cannot be locked although
  /// `locked` is true.
  explicit RunDirectory(const std::filesystem::path& path, bool locked = true);

  const std::filesystem::path& path() const { return path_; }
  const Directory& held() const { return directory_; }
  const Directory& checkpoints() const { return checkpoints_; }

  /// Removes the run, and no other file. Throws Error(io).
  void clear() const;
  /// Writes a whole file atomically. Throws Error(io). The file is then missing or unchanged.
  void write(const std::string& name, std::span<const std::byte> content) const;
  void write(const std::string& name, const std::string& content) const {
    write(name, std::as_bytes(std::span(content)));
  }
  /// Appends a whole line, or all bytes, or nothing. Throws Error(io), and Error(data) if another program has
  /// changed the log since its last line.
  void append(const std::string& name, const std::string& line) { append_bytes(name, line + "\n"); }
  void append_bytes(const std::string& name, const std::string& bytes);

  /// Waits until all appended log lines are on the disk. Throws what append throws.
  void sync();
  /// Truncates a log to this length in bytes. Throws Error(io).
  void cut(const std::string& log, std::uint64_t length);

 private:
  // for appending; throws Error(data) if a log has changed since the last append or cut
  OpenFile open_lines(const std::string& name) const;

  std::filesystem::path path_;
  Directory directory_;
  std::unique_ptr<RunLock> lock_;
  Directory checkpoints_;
  std::map<std::string, std::uint64_t> lengths_;  // of the logs, after the last append or cut
  bool names_synced_ = false;
};

}  // namespace sand::experiments
