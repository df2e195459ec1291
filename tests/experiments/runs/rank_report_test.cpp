#include "experiments/runs/rank_report.h"

#include <doctest/doctest.h>

#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::experiments;

TEST_CASE("Ranks pay if one of them alone would have taken longer") {
  // of 10 s rank 0 worked 6, communicated 2, and did 2 alone; together the ranks used 12 s of a core
  const RankReport report = rank_report({{6, 6, 2}, {5, 6, 3}}, 1, 10);
  CHECK(report.one_rank == doctest::Approx(2 + 12));
  CHECK(report.pays());
  CHECK(report.text() == "2 ranks, 20.0 % of the time was communication");
}

TEST_CASE("Ranks that only wait for each other do not pay, and the text says so with both times") {
  const RankReport report = rank_report({{3, 1.5, 6}, {3, 1.5, 6}}, 1, 10);
  CHECK(report.one_rank == doctest::Approx(4));
  CHECK_FALSE(report.pays());
  CHECK(
      report.text() ==
      "2 ranks, 60.0 % of the time was communication\nsandgrad: note: ranks did not pay: they took 10 s, one "
      "of them alone would have taken about 4 s");
}

TEST_CASE("With more threads one rank is faster") {
  CHECK(rank_report({{6, 24, 2}, {6, 24, 2}}, 4, 10).one_rank == doctest::Approx(2 + 12));
}

TEST_CASE("The report of some ranks has the times of all, without what was before") {
  const auto reports = sand::testing::of_rank_threads(2, [](const Ranks& ranks) {
    ranks.work([] {});
    RankTimes before = ranks.times();
    before.communication -= 3;
    before.work_cpu -= 4;
    return rank_report(ranks, before, Threads(2), 10);
  });
  for (const RankReport& report : reports) {
    CHECK(report.ranks == 2);
    CHECK(report.communication == doctest::Approx(0.3));
    CHECK(report.one_rank == doctest::Approx(7 + 8 / 2));
  }
}
