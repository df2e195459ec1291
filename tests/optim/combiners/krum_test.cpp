#include "optim/combiners/krum.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Krum takes the domain nearest to its neighbours, and of equal scores the first") {
  // one neighbour each: scores 1, 1, 2 and 6
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(4, 1) << 0, 1, 3, 9).finished();
  CHECK(weights_of(Krum(), rows) == Eigen::Vector4d(1, 0, 0, 0));
  CHECK(weights_of(Krum({.n_selected = 2}), rows) == Eigen::Vector4d(0.5, 0.5, 0, 0));
  // two neighbours each: scores 4, 3, 5 and 14
  CHECK(weights_of(Krum({.n_byzantine = 0}), rows) == Eigen::Vector4d(0, 1, 0, 0));
}

TEST_CASE("Krum drops the domains that are far from the others") {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const Index domains = 5 + round % 8;
    Eigen::MatrixXd rows = rows_for(domains, 10, Hardship::none, random);
    const Index outlier = static_cast<Index>(random.below(static_cast<std::uint32_t>(domains)));
    rows.row(outlier).array() += 100;
    const Eigen::VectorXd w = weights_of(Krum({.n_selected = static_cast<double>(domains - 1)}), rows);
    CHECK(w[outlier] == 0);
    CHECK(w.sum() == doctest::Approx(1).epsilon(1e-15));
  }
}

TEST_CASE("Krum's scores are the distances of a plain computation") {
  Random random(2);
  const Eigen::MatrixXd rows = rows_for(7, 12, Hardship::none, random);
  Krum combiner({.n_byzantine = 2, .n_selected = 3});
  const GradientTable table = table_from(rows);
  combiner.combine(table);
  std::vector<double> expected;
  for (Index a = 0; a < 7; ++a) {
    std::vector<double> distances;
    for (Index b = 0; b < 7; ++b)
      if (b != a) distances.push_back((rows.row(a) - rows.row(b)).norm());
    std::sort(distances.begin(), distances.end());
    expected.push_back(distances[0] + distances[1] + distances[2]);
  }
  std::size_t domain = 0;
  for (const Term& term : combiner.explain(table, 0))
    if (term.symbol.find("score") == 0)
      CHECK(term.value == doctest::Approx(expected[domain++]).epsilon(1e-12));
  CHECK(domain == 7);
}

TEST_CASE("Krum of rows of zero, or of equal rows, takes the first") {
  CHECK(weights_of(Krum(), Eigen::MatrixXd::Zero(4, 2)) == Eigen::Vector4d(1, 0, 0, 0));
  CHECK(weights_of(Krum({.n_selected = 2}), Eigen::MatrixXd::Constant(4, 3, 0.7)) ==
        Eigen::Vector4d(0.5, 0.5, 0, 0));
}

TEST_CASE("Krum refuses numbers that are no whole number, and too few domains") {
  CHECK(error_of([] { Krum({.n_byzantine = 0.5}); }) ==
        "Krum: n_byzantine must be a whole number from 0 to 1000\n    found 0.5");
  CHECK(error_of([] { Krum({.n_selected = 0}); }) ==
        "Krum: n_selected must be a whole number from 1 to 1000\n    found 0");
  CHECK_THROWS_AS(Krum({.n_byzantine = kNan}), Error);
  CHECK(error_of([] {
          Krum({.n_byzantine = 2}).combine(table_of({{1}, {2}, {3}, {4}}));
        }) == "Krum: fewer than 5 training domains\n    found 4");
  CHECK(error_of([] {
          Krum({.n_byzantine = 0, .n_selected = 6}).combine(table_of({{1}, {2}, {3}, {4}}));
        }) == "Krum: fewer than 6 training domains\n    found 4");
}
