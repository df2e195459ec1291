#include "experiments/machine/signals.h"

#include <cstddef>

namespace sand::experiments {
namespace {

volatile std::sig_atomic_t signal_received = 0;

}  // namespace

StopSignals::StopSignals() {
  signal_received = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &old_[i]);
    if (old_[i].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_flags = static_cast<int>(kSignals[i] == SIGINT ? SA_RESETHAND | SA_RESTART : SA_RESTART);
    action.sa_handler = [](int signal) { signal_received = signal; };
    if (kSignals[i] == SIGPIPE) action.sa_handler = SIG_IGN;
    sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  if (stays_) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_[i], nullptr);
}

bool StopSignals::stop() { return signal_received != 0; }

int StopSignals::received() { return signal_received; }

void StopSignals::pass_on(int signal) {
  if (signal_received == 0) signal_received = signal;
}

void StopSignals::lost_reader() { pass_on(SIGPIPE); }

int StopSignals::exit_code() {
  const int signal = signal_received;
  return signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGXCPU ? 75 : 128 + signal;
}

}  // namespace sand::experiments
