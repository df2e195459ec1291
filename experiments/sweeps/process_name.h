// Names a process so that another one, perhaps on another host, can tell whether it has ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sand::experiments {

struct ProcessName {
  std::string host;
  std::int64_t process = 0;
  /// Of the process, in ticks since the machine started: numbers of processes are used again
  std::uint64_t start = 0;
  /// The start of the machine and its namespace of processes: in another one the number means nothing
  std::string space;

  static const ProcessName& of_this_process();  ///< also in a child that it forked: the child's own
  static std::optional<ProcessName> parse(const std::string& text);  ///< nothing for other text
  std::string text() const;                                          ///< as JSON, one line

  /// True only if it surely has: it ran on this host, since the machine started, and is gone.
  bool has_ended() const;
};

}  // namespace sand::experiments
