#include "experiments/runs/log_lines.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "tensor/file.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 24;  // bytes

/// -1 if there is none.
std::int64_t step_in(const std::string& line) {
  constexpr std::string_view kKey = "\"step\":";
  const std::size_t key = line.find(kKey),
                    digits = key == std::string::npos ? key : line.find_first_not_of(' ', key + kKey.size());
  std::int64_t step = -1;
  if (digits != std::string::npos) std::from_chars(line.data() + digits, line.data() + line.size(), step);
  return step;
}

}  // namespace

bool is_result(const Settings& settings, int step) {
  const bool last = step == settings.steps - 1;
  return last || (step % settings.evaluation.every == 0 && !settings.evaluation.test_at_end);
}

int line_after(int step, const std::string& log, const Settings& settings) {
  const std::int64_t last = settings.steps - 1;
  do {
    if (step == last) return -1;
    step = step < 0 ? 0 : static_cast<int>(std::min(std::int64_t{step} + settings.record_every, last));
  } while (log == "results.jsonl" && !is_result(settings, step));
  return step;
}

int last_line_before(int updates, const std::string& log, const Settings& settings) {
  int last = -1;
  for (int step = line_after(-1, log, settings); step >= 0 && step < updates;
       step = line_after(step, log, settings))
    last = step;
  return last;
}

std::size_t lines_after(int updates, const std::string& log, const Settings& settings) {
  std::size_t lines = 0;
  for (int step = line_after(-1, log, settings); step >= 0 && step < updates;
       step = line_after(step, log, settings))
    ++lines;
  return lines;
}

std::vector<std::uint64_t> line_ends(const Directory& directory, const std::string& log,
                                     const Settings& settings) {
  std::vector<std::uint64_t> ends;
  if (!directory.has(log)) return ends;
  InputFile file(directory, log);
  int step = line_after(-1, log, settings);  // of the next line
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
      if (step < 0 || step_in(line) != step) return ends;
      step = line_after(step, log, settings);
      ends.push_back(end);
      line.clear();
    }
  }
  return ends;
}

}  // namespace sand::experiments
