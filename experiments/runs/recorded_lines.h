// Reads results.jsonl or metrics.jsonl of an untrusted run, line by line: the file may be larger than memory.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tensor/file.h"

namespace sand::experiments {

class RecordedLines {
 public:
  /// With `may_be_running`, a last line without its end is left out: a run may be writing it, or was killed.
  /// Throws what InputFile throws.
  explicit RecordedLines(const std::string& path, bool may_be_running = false);

  /// The next line, an object with a whole number `step`; nothing at the end of the file. Throws Error(data)
  /// naming file and line for anything else, an incomplete last line, and a line of more than 2^20 bytes.
  std::optional<nlohmann::json> next();

  int count() const { return count_; }            ///< of the lines so far
  std::uint64_t bytes() const { return bytes_; }  ///< of the lines so far

 private:
  std::string path_;
  bool may_be_running_;
  InputFile file_;
  std::uint64_t unread_;
  std::string buffer_;  // read, but not yet returned
  int count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sand::experiments
