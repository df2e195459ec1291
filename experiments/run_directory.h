// The files of one run. A reader finds whole lines and whole files or nothing, whenever the run was stopped.
#pragma once

#include <filesystem>
#include <string>

namespace sand::experiments {

/// DIR/config.json, results.jsonl (DomainBed's keys), metrics.jsonl, out.txt, weights.safetensors, done.
class RunDirectory {
 public:
  /// Makes the directory. One that exists must be empty, or, with `fresh`, hold a run, whose files are then removed.
  /// Throws Error(busy) otherwise, Error(io) where it cannot be made.
  RunDirectory(const std::filesystem::path& path, bool fresh);

  const std::filesystem::path& path() const { return path_; }

  /// Writes a whole file in one step. Throws Error(io), and then there is no such file, or still the old one.
  void write(const std::string& name, const std::string& content) const;
  /// Appends a whole line or nothing. Throws Error(io).
  void append(const std::string& name, const std::string& line) const;

 private:
  std::filesystem::path path_;
};

}  // namespace sand::experiments
