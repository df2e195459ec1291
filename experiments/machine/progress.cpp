#include "experiments/machine/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sand::experiments {
namespace {

/// Whether the terminal can redraw its line. TERM=dumb (Emacs, some CI logs) cannot.
bool redraws(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) == 1 && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

}  // namespace

Progress::Progress(std::string what, int steps, std::string unit)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      steps_(steps),
      terminal_(redraws(STDERR_FILENO)),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() { clear(); }

void Progress::at(int done, const std::string& note) {
  const Clock::time_point now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000);
  if (now - last_ < pause) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = done / seconds;
  std::fprintf(stderr, "%s%s %d/%d  %.3g %s/s  ETA %s%s%s", terminal_ ? "\r\033[K" : "", what_.c_str(), done,
               steps_, rate, unit_.c_str(), clock_text((steps_ - done) / rate).c_str(),
               note.empty() ? "" : "  ", note.c_str());
  std::fputs(terminal_ ? "" : "\n", stderr);
  std::fflush(stderr);
  drawn_ = terminal_;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

std::string clock_text(double seconds) {
  const long whole = std::lround(std::fmin(std::fmax(seconds, 0), 1e8));
  char text[40];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

}  // namespace sand::experiments
