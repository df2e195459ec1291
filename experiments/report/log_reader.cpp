#include "experiments/report/log_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "experiments/machine/parse_json.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kMostOfLine = 1 << 20;

}  // namespace

LogReader::LogReader(const std::string& path) : file_(path), unread_(file_.size()) {}

std::optional<std::string> LogReader::next_line() {
  constexpr std::uint64_t kBlock = 1 << 16;
  bool too_long = false;
  std::size_t end;
  while ((end = buffer_.find('\n')) == std::string::npos && unread_ > 0) {
    if (buffer_.size() > kMostOfLine) too_long = true, buffer_.clear();
    const std::size_t before = buffer_.size();
    buffer_.resize(before + static_cast<std::size_t>(std::min(kBlock, unread_)));
    file_.read(std::as_writable_bytes(std::span(buffer_).subspan(before)));
    unread_ -= buffer_.size() - before;
  }
  if (buffer_.empty() && !too_long) return std::nullopt;
  is_cut_ = end == std::string::npos;
  std::string line = too_long ? "" : buffer_.substr(0, end);
  buffer_.erase(0, is_cut_ ? end : end + 1);
  return line;
}

std::optional<nlohmann::json> LogReader::next() {
  while (std::optional<std::string> line = next_line()) {
    ++lines_;
    nlohmann::json json = parse_json(without_not_finite(*line));
    if (json.is_object()) return json;
    ++skipped_;
  }
  return std::nullopt;
}

std::string without_not_finite(const std::string& line) {
  constexpr std::array<std::string_view, 3> kWords = {"-Infinity", "Infinity", "NaN"};
  if (line.find("NaN") == std::string::npos && line.find("Infinity") == std::string::npos) return line;
  std::string clean;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') in_text = !in_text;
    if (in_text && line[i] == '\\' && i + 1 < line.size()) {
      clean += line[i++];
    } else if (!in_text) {
      const auto found = std::find_if(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return std::string_view(line).substr(i, word.size()) == word;
      });
      if (found != kWords.end()) {
        clean += "null";
        i += found->size() - 1;
        continue;
      }
    }
    clean += line[i];
  }
  return clean;
}

}  // namespace sand::experiments
