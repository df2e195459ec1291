#include "experiments/sweeps/heartbeat.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <string>

namespace sand::experiments {
namespace {

// What the signal handler touches. utimensat() is safe in a handler (POSIX).
int beating_in = -1;
std::string beating_name;

void touch(int) {
  const int before = errno;
  ::utimensat(beating_in, beating_name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
  errno = before;
}

void set_timer(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - std::floor(seconds)) * 1e6);
  timer.it_interval = timer.it_value;
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

Heartbeat::Heartbeat(const JobQueue& queue, const Claim& claim, double seconds) {
  beating_in = queue.directory().descriptor();
  beating_name = claim.id + "." + std::to_string(claim.number);
  struct sigaction action {};
  action.sa_handler = touch;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  set_timer(seconds);
}

Heartbeat::~Heartbeat() {
  set_timer(0);
  std::signal(SIGALRM, SIG_IGN);  // one may be pending
}

}  // namespace sand::experiments
