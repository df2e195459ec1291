// Touches a claim from time to time, whatever the process is doing.
#pragma once

#include "experiments/sweeps/queue.h"

namespace sand::experiments {

/// During its lifetime a timer of this process (SIGALRM) touches the claim, also within a long step or while
/// data are read. A child does not inherit it. Only one object at a time.
class Heartbeat {
 public:
  Heartbeat(const JobQueue& queue, const Claim& claim, double seconds);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
};

}  // namespace sand::experiments
