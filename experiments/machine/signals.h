// Signals that stop a run. It stops after the current step, with a checkpoint.
#pragma once

#include <array>
#include <csignal>

namespace sand::experiments {

/// During its lifetime, INT, TERM, HUP (a closed terminal) and the signals of schedulers before the time
/// limit (USR1, USR2, XCPU) stop the run. Only a second INT ends it at once: a scheduler, a shell or
/// timeout(1) may send the others twice. A signal that the parent ignores, as under nohup, stays ignored.
/// PIPE does nothing; code that cannot write to stdout calls lost_reader(). Only one object at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// After this object, signals still end nothing until the process ends.
  void stay() { stays_ = true; }

  static bool stop();               ///< whether the run must stop
  static int received();            ///< the signal; 0 before one came
  static void pass_on(int signal);  ///< another rank of the run received it; 0: none did
  static void lost_reader();  ///< stdout has no reader any more, as with `| head -1`: acts like a signal
  /// 75 (EX_TEMPFAIL: try again) for a scheduler's signal, else 128 + the signal, as in a shell: 130 INT, 143
  /// TERM, 129 HUP, 141 PIPE.
  static int exit_code();

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGPIPE};
  std::array<struct sigaction, kSignals.size()> old_{};
  bool stays_ = false;
};

}  // namespace sand::experiments
