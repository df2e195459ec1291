#include "experiments/report/sweep_charts.h"

#include <doctest/doctest.h>

using namespace sand::experiments;

namespace {

RunResult run_with(const std::string& hparams, double score, bool dead) {
  RunResult run;
  run.directory = "sweep/abc", run.data_set = "ColoredMNIST", run.method = "SANDMask";
  run.test_domains = {2}, run.hparams = hparams, run.never_learned = dead;
  run.steps = {{0, {0.5, 0.5, 0.5}, {}}, {100, {0.9, 0.8, score}, {}}};
  return run;
}

int count_dots(const Chart& chart, Mark mark) {
  int count = 0;
  for (const Figure& figure : chart.drawing.figures)
    if (const auto* const dot = std::get_if<Dot>(&figure)) count += dot->mark == mark;
  return count;
}

}  // namespace

TEST_CASE("A scatter has a mark for each run, and a cross for each that never learned") {
  const RunResult a = run_with(R"({"lr": 0.001, "tau": 1})", 0.25, false),
                  b = run_with(R"({"lr": 0.1, "tau": 1})", 0.5, true),
                  c = run_with(R"({"lr": 0.01, "tau": 1})", 0.75, false);
  const std::vector<Chart> charts = scatter_charts({&a, &b, &c});
  REQUIRE(charts.size() == 1);  // tau is the same in all
  CHECK(charts[0].title == "ColoredMNIST, SANDMask: lr against the score");
  CHECK(count_dots(charts[0], Mark::disc) == 2);
  CHECK(count_dots(charts[0], Mark::cross) == 1);
  CHECK(charts[0].about.find("1 of 3 runs never learned") != std::string::npos);
  CHECK(charts[0].table.rows[1] == std::vector<std::string>{"abc", "0.1", "50.0%", "-90%", "yes"});
}

TEST_CASE("Hyper-parameters that are no numbers, and scores that are missing, are no marks") {
  RunResult a = run_with(R"({"lr": 0.001, "mode": "x"})", 0.25, false),
            b = run_with(R"({"lr": 0.1})", 0.5, false);
  b.test_domains = {7};
  const std::vector<Chart> charts = scatter_charts({&a, &b});
  REQUIRE(charts.size() == 1);
  CHECK(count_dots(charts[0], Mark::disc) == 1);
  CHECK(charts[0].table.rows[1][2] == "-");
  RunResult broken = run_with("{", 0.5, false);
  CHECK(scatter_charts({&broken}).empty());
}
