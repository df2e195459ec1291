#include "experiments/log_lines.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "tensor/file.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 24;  // bytes

/// -1 where there is none.
std::int64_t step_in(const std::string& line) {
  constexpr std::string_view kKey = "\"step\":";
  const std::size_t key = line.find(kKey), digits = key == std::string::npos ? key : line.find_first_not_of(' ', key + kKey.size());
  std::int64_t step = -1;
  if (digits != std::string::npos) std::from_chars(line.data() + digits, line.data() + line.size(), step);
  return step;
}

std::int64_t step_of_line(const Protocol& protocol, std::size_t line) {
  return std::min<std::int64_t>(static_cast<std::int64_t>(line) * protocol.record_every, protocol.steps - 1);
}

}  // namespace

std::size_t lines_after(const Protocol& protocol, int updates) {
  if (updates == 0) return 0;
  const int last = updates - 1, every = protocol.record_every;
  return static_cast<std::size_t>(last / every + 1 + (updates == protocol.steps && last % every != 0));
}

std::vector<std::uint64_t> line_ends(const Directory& directory, const std::string& log, const Protocol& protocol) {
  std::vector<std::uint64_t> ends;
  if (!directory.has(log)) return ends;
  InputFile file(directory, log);
  const std::size_t most = lines_after(protocol, protocol.steps);
  std::string line, block;
  std::uint64_t end = 0;
  for (std::uint64_t rest = file.size(); rest > 0 && line.size() <= kLongestLine; rest -= block.size()) {
    block.resize(std::min<std::uint64_t>(rest, 1 << 16));
    file.read(std::as_writable_bytes(std::span(block)));
    for (const char byte : block) {
      ++end;
      if (byte != '\n') {
        line += byte;
        continue;
      }
      if (ends.size() == most || step_in(line) != step_of_line(protocol, ends.size())) return ends;
      ends.push_back(end);
      line.clear();
    }
  }
  return ends;
}

}  // namespace sand::experiments
