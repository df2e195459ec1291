#include "experiments/runs/rank_report.h"

#include <algorithm>
#include <cstdio>
#include <span>

namespace sand::experiments {

std::string RankReport::text() const {
  char line[240];
  std::snprintf(line, sizeof line, "%d ranks, %.1f %% of the time was communication", ranks,
                100 * communication);
  std::string text = line;
  if (pays()) return text;
  std::snprintf(line, sizeof line,
                "\nsandgrad: note: ranks did not pay: they took %.3g s, one of them alone would have taken "
                "about %.3g s",
                seconds, one_rank);
  return text + line;
}

RankReport rank_report(const std::vector<RankTimes>& times, int threads, double seconds) {
  double cpu = 0;
  for (const RankTimes& of_rank : times) cpu += of_rank.work_cpu;
  const double rest = std::max(seconds - times[0].communication - times[0].work, 0.0);
  return {.ranks = static_cast<int>(times.size()),
          .seconds = seconds,
          .one_rank = rest + cpu / threads,
          .communication = seconds > 0 ? std::min(times[0].communication / seconds, 1.0) : 0};
}

RankReport rank_report(const Ranks& ranks, const RankTimes& before, const Threads& threads, double seconds) {
  std::vector<RankTimes> times(static_cast<std::size_t>(ranks.count()));
  const RankTimes now = ranks.times();
  times[static_cast<std::size_t>(ranks.rank())] = {now.work - before.work, now.work_cpu - before.work_cpu,
                                                   now.communication - before.communication};
  std::vector<RankBlock> blocks;
  for (int rank = 0; rank < ranks.count(); ++rank)
    blocks.push_back(
        {rank, std::as_writable_bytes(std::span(times).subspan(static_cast<std::size_t>(rank), 1))});
  ranks.share(blocks);
  return rank_report(times, threads.count(), seconds);
}

}  // namespace sand::experiments
