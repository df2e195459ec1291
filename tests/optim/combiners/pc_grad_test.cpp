#include "optim/combiners/pc_grad.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("PCGrad of two conflicting rows has a closed form") {
  // g0 = (1, 0), g1 = (-1, 1), g0 . g1 = -1: g0' = g0 + g1 / 2 = (1/2, 1/2), g1' = g1 + g0 = (0, 1)
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(2, 2) << 1, 0, -1, 1).finished();
  CHECK(values_of(PcGrad(), rows) == Eigen::Vector2d(0.5, 1.5));
  CHECK(weights_of(PcGrad(), rows) == Eigen::Vector2d(2, 1.5));

  Random random(3);
  for (int round = 0; round < 50; ++round) {
    const Eigen::MatrixXd pair = rows_for(2, 6, Hardship::none, random);
    const Eigen::VectorXd g = pair.row(0), h = pair.row(1);
    const double product = std::min(0.0, g.dot(h));
    CHECK(near(values_of(PcGrad(), pair),
               g + h - product / h.squaredNorm() * h - product / g.squaredNorm() * g, kRounding));
  }
}

TEST_CASE("PCGrad of rows that do not conflict is their sum") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(3, 2) << 1, 0, 2, 1, 0, 3).finished();
  CHECK(weights_of(PcGrad(), rows) == Eigen::Vector3d(1, 1, 1));
}

TEST_CASE("PCGrad of many rows projects each row on the others in an order drawn for the step") {
  Random random(4);
  for (const Index domains : {3, 5, 16}) {
    const Eigen::MatrixXd rows = rows_for(domains, 2 * domains, Hardship::none, random);
    GradientTable table = table_from(rows);
    table.seed = 11, table.step = 5;
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(rows.cols());
    for (Index i = 0; i < domains; ++i) {
      Random of_row(11, PcGrad::kStream, 5, static_cast<std::uint32_t>(i));
      Eigen::VectorXd g = rows.row(i);
      for (const std::uint32_t j : of_row.permutation(static_cast<std::uint32_t>(domains)))
        if (j != i) {
          const Eigen::VectorXd other = rows.row(j);
          g -= std::min(0.0, g.dot(other)) / other.squaredNorm() * other;
        }
      sum += g;
    }
    CHECK(near(vector_of(PcGrad().combine(table).values), sum, 4 * kRounding));
  }
}

TEST_CASE("PCGrad has another order in another step") {
  Random random(5);
  GradientTable table = table_from(rows_for(8, 4, Hardship::none, random));
  std::set<double> found;
  PcGrad combiner;
  for (table.step = 0; table.step < 5; ++table.step) found.insert(combiner.combine(table).weights[0]);
  CHECK(found.size() > 1);
}

TEST_CASE("A row of zero conflicts with none, and rows of any rank have a finite direction") {
  CHECK(weights_of(PcGrad(), Eigen::MatrixXd::Zero(3, 2)) == Eigen::Vector3d(1, 1, 1));
  CHECK(values_of(PcGrad(), (Eigen::MatrixXd(3, 1) << 1, -1, 0).finished())[0] == 0);  // both give up all
}
