// Signals that ask a run to end: it ends after the step at hand, with a checkpoint.
#pragma once

#include <array>
#include <csignal>

namespace sand::experiments {

/// While it lives, INT, TERM, HUP (a closed terminal) and what schedulers send before the time is up (USR1,
/// USR2, XCPU) ask for the end. Only a second INT, for the impatient, ends at once: a scheduler, a shell or
/// timeout(1) may well send the others twice. A signal that the parent ignores, as under nohup, stays
/// ignored. PIPE does nothing; who cannot write to stdout calls lost_reader(). One at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  static bool stop();         ///< whether the run is to end
  static void lost_reader();  ///< the reader of stdout is gone, as with `| head -1`: treated as a signal
  /// 75 (EX_TEMPFAIL: try again) for a scheduler's, else 128 + the signal, as a shell has it: 130 INT, 143
  /// TERM, 129 HUP, 141 PIPE.
  static int exit_code();

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGPIPE};
  std::array<struct sigaction, kSignals.size()> old_{};
};

}  // namespace sand::experiments
