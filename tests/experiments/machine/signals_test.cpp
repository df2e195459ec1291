#include "experiments/machine/signals.h"

#include <doctest/doctest.h>

#include <utility>

using namespace sand::experiments;

TEST_CASE("Each stop signal has its exit code and may come twice") {
  for (const auto& signal_and_code :
       {std::pair{SIGTERM, 143}, {SIGHUP, 129}, {SIGUSR1, 75}, {SIGUSR2, 75}, {SIGXCPU, 75}}) {
    const int signal = signal_and_code.first, code = signal_and_code.second;
    INFO(signal);
    const StopSignals signals;
    CHECK_FALSE(StopSignals::stop());
    std::raise(signal);
    std::raise(signal);
    CHECK(StopSignals::stop());
    CHECK(StopSignals::exit_code() == code);
  }
}

TEST_CASE("The first interrupt requests a stop, and the system handles the next one") {
  const StopSignals signals;
  std::raise(SIGINT);
  CHECK(StopSignals::exit_code() == 130);
  struct sigaction now {};
  sigaction(SIGINT, nullptr, &now);
  CHECK((now.sa_handler == SIG_DFL));
}

TEST_CASE("A signal that the parent ignores stays ignored, and old handlers are restored") {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    std::raise(SIGHUP);
    CHECK_FALSE(StopSignals::stop());
  }
  CHECK((std::signal(SIGHUP, before) == SIG_IGN));
  CHECK((std::signal(SIGUSR1, SIG_DFL) == SIG_DFL));
}

TEST_CASE("A closed reader of stdout requests a stop, unless a signal did so before") {
  {
    const StopSignals signals;
    std::raise(SIGPIPE);
    CHECK_FALSE(StopSignals::stop());  // it may have been stderr's
    StopSignals::lost_reader();
    CHECK(StopSignals::exit_code() == 141);
  }
  const StopSignals signals;
  std::raise(SIGTERM);
  StopSignals::lost_reader();
  CHECK(StopSignals::exit_code() == 143);
}

TEST_CASE("A signal to another rank stops this one with its exit code, unless this one has its own") {
  {
    const StopSignals signals;
    StopSignals::pass_on(0);
    CHECK_FALSE(StopSignals::stop());
    StopSignals::pass_on(SIGUSR1);
    CHECK(StopSignals::received() == SIGUSR1);
    CHECK(StopSignals::exit_code() == 75);
  }
  const StopSignals signals;
  std::raise(SIGTERM);
  StopSignals::pass_on(SIGUSR1);
  CHECK(StopSignals::exit_code() == 143);
}

TEST_CASE("Handlers that stay keep later signals from ending the process") {
  struct sigaction before {};
  sigaction(SIGUSR1, nullptr, &before);
  {
    StopSignals signals;
    signals.stay();
  }
  std::raise(SIGUSR1);
  CHECK(StopSignals::received() == SIGUSR1);
  sigaction(SIGUSR1, &before, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2, SIGXCPU, SIGPIPE}) std::signal(signal, SIG_DFL);
}
