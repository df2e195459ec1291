// What several ranks cost and saved in one run.
#pragma once

#include <string>
#include <vector>

#include "tensor/ranks.h"

namespace sand::experiments {

struct RankReport {
  int ranks = 1;
  double seconds = 0;        ///< of the updates and evaluations of this process
  double one_rank = 0;       ///< estimate: what one rank with as many threads as each would have taken
  double communication = 0;  ///< share of `seconds` in which rank 0 communicated, 0 .. 1

  bool pays() const { return seconds < one_rank; }
  /// "2 ranks, 12.3 % of the time was communication", and a second line if ranks do not pay.
  std::string text() const;
};

/// From the times of all ranks, in their order. One rank does all the work, in as much time as all threads of
/// all ranks used for it, divided by `threads`; the rest of `seconds` except communication stays.
RankReport rank_report(const std::vector<RankTimes>& times, int threads, double seconds);

/// The same, of ranks that have shared a run for `seconds`; `before` are this rank's times when that began.
/// Every rank calls it.
RankReport rank_report(const Ranks& ranks, const RankTimes& before, const Threads& threads, double seconds);

}  // namespace sand::experiments
