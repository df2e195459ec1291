#include "experiments/runs/recorded_lines.h"

#include <algorithm>
#include <span>

#include "experiments/machine/parse_json.h"

namespace sand::experiments {

RecordedLines::RecordedLines(const std::string& path, bool may_be_running)
    : path_(path), may_be_running_(may_be_running), file_(path), unread_(file_.size()) {}

std::optional<nlohmann::json> RecordedLines::next() {
  constexpr std::uint64_t kBlock = 1 << 16;
  // of a line; a line for 4096 domains and 64 tensors has about 600,000
  constexpr std::size_t kMostBytes = 1 << 20;
  std::size_t end = buffer_.find('\n');
  while (end == std::string::npos && unread_ > 0 && buffer_.size() <= kMostBytes) {
    const std::size_t before = buffer_.size();
    buffer_.resize(before + std::min(kBlock, unread_));
    file_.read(std::as_writable_bytes(std::span(buffer_).subspan(before)));
    unread_ -= buffer_.size() - before;
    end = buffer_.find('\n', before);
  }
  if (buffer_.empty() || (may_be_running_ && end == std::string::npos && buffer_.size() <= kMostBytes))
    return std::nullopt;
  ++count_;
  const bool whole = end != std::string::npos && end <= kMostBytes;
  std::optional<nlohmann::json> line;
  if (whole) line = parse_json(std::string_view(buffer_).substr(0, end));
  check(whole && line->is_object() && line->contains("step") && (*line)["step"].is_number_integer(), [&] {
    return Error(Fault::data, "records: a line is not a whole JSON object with a step")
        .fact("file", path_)
        .fact("line", std::to_string(count_));
  });
  buffer_.erase(0, end + 1);
  bytes_ += end + 1;
  return line;
}

}  // namespace sand::experiments
