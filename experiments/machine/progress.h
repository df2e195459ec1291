// The progress of a long computation on stderr: one line that is redrawn on a terminal, a plain line every 10
// s elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace sand::experiments {

class Progress {
 public:
  /// "train 12/600  31 steps/s  ETA 0:19"; `unit` names what is counted.
  Progress(std::string what, int steps, std::string unit = "steps");
  ~Progress();  ///< clears the terminal's line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Reports that `done` steps are done. `note` is any further information. Cheap enough for every step.
  void at(int done, const std::string& note = {});
  /// Clears the line, before a line on stdout.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_, unit_;
  int steps_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_, last_;
};

/// "1:05", "2:03:20".
std::string clock_text(double seconds);

}  // namespace sand::experiments
