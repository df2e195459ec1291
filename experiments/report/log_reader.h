// Reads the lines of a log one by one, whatever they contain.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tensor/file.h"

namespace sand::experiments {

/// Skips lines that are not a whole JSON object, and counts them. NaN and Infinity, which Python writes, are
/// null. Memory is bounded by the longest line, 2^20 bytes; a longer one is skipped.
class LogReader {
 public:
  explicit LogReader(const std::string& path);  ///< throws what InputFile throws

  std::optional<nlohmann::json> next();
  std::size_t lines() const { return lines_; }      ///< so far, with the skipped ones
  std::size_t skipped() const { return skipped_; }  ///< so far
  bool is_cut() const { return is_cut_; }           ///< the last line has no end

 private:
  std::optional<std::string> next_line();
  InputFile file_;
  std::uint64_t unread_;
  std::string buffer_;  // read, but not yet returned
  std::size_t lines_ = 0, skipped_ = 0;
  bool is_cut_ = false;
};

/// The line with NaN, Infinity and -Infinity outside texts replaced by null.
std::string without_not_finite(const std::string& line);

}  // namespace sand::experiments
