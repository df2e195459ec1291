#include "experiments/machine/signals.h"

#include <cstddef>

namespace sand::experiments {
namespace {

volatile std::sig_atomic_t received = 0;

}  // namespace

StopSignals::StopSignals() {
  received = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &old_[i]);
    if (old_[i].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_flags = static_cast<int>(kSignals[i] == SIGINT ? SA_RESETHAND | SA_RESTART : SA_RESTART);
    action.sa_handler = [](int signal) { received = signal; };
    if (kSignals[i] == SIGPIPE) action.sa_handler = SIG_IGN;
    sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_[i], nullptr);
}

bool StopSignals::stop() { return received != 0; }

void StopSignals::lost_reader() {
  if (received == 0) received = SIGPIPE;
}

int StopSignals::exit_code() {
  const int signal = received;
  return signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGXCPU ? 75 : 128 + signal;
}

}  // namespace sand::experiments
