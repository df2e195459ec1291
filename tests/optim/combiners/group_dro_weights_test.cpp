#include "optim/combiners/group_dro_weights.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

namespace {

GradientTable table_with_losses(double first, double second) {
  GradientTable table = table_of({{1}, {2}});
  table.losses()[0] = first, table.losses()[1] = second;
  return table;
}

}  // namespace

TEST_CASE("GroupDROWeights multiply by exp(eta R) in every step, and have sum 1") {
  const GradientTable table = table_with_losses(5, 5 + std::log(2.0));
  GroupDroWeights combiner({.eta = 1});
  CHECK(near(combiner.combine(table).weights, Eigen::Vector2d(1, 2) / 3, 1e-14));
  CHECK(near(combiner.combine(table).weights, Eigen::Vector2d(1, 4) / 5, 1e-14));
  CHECK(near(combiner.combine(table_with_losses(5 + std::log(8.0), 5)).weights, Eigen::Vector2d(2, 1) / 3,
             1e-14));
  CHECK(combiner.combine(table).values[0] == doctest::Approx(1.5));
}

TEST_CASE("A restored state continues with the same bits") {
  const GradientTable table = table_with_losses(1, 2);
  GroupDroWeights whole({.eta = 0.3});
  CHECK(whole.state().empty());
  for (int step = 0; step < 3; ++step) whole.combine(table);
  const std::vector<double> state = whole.state();
  CHECK(state.size() == 2);
  GroupDroWeights again({.eta = 0.3});
  again.resume(state);
  CHECK(again.state() == state);
  CHECK(again.combine(table).weights == whole.combine(table).weights);
  again.resume({});  // as new
  CHECK(again.combine(table).weights == GroupDroWeights({.eta = 0.3}).combine(table).weights);
  CHECK(error_of([&] {
          again.resume(std::vector<double>{0.5, 0.75});
        }) == "GroupDROWeights: carried weights must be at least 0 and have sum 1\n    sum 1.25");
}

TEST_CASE("An explanation shows the weights of the step before, and changes nothing") {
  const GradientTable table = table_with_losses(1, 2);
  GroupDroWeights combiner({.eta = 0.3});
  const std::vector<double> before = (combiner.combine(table), combiner.state());
  combiner.combine(table);
  const std::vector<double> after = combiner.state();
  for (int time = 0; time < 2; ++time) {
    std::size_t domain = 0;
    for (const Term& term : combiner.explain(table, 0))
      if (term.symbol.find("q ") == 0) CHECK(term.value == before[domain++]);
    CHECK(domain == 2);
    CHECK(combiner.state() == after);
  }
}

TEST_CASE("Large losses do not overflow GroupDROWeights, and a weight of 0 stays 0") {
  GroupDroWeights combiner({.eta = 1});
  CHECK(combiner.combine(table_with_losses(1e6, 2e6)).weights == Eigen::Vector2d(0, 1));
  CHECK(combiner.combine(table_with_losses(2e6, 1e6)).weights == Eigen::Vector2d(0, 1));
}

TEST_CASE("A gradient that is not finite leaves the carried weights as they are") {
  GroupDroWeights combiner;
  combiner.combine(table_with_losses(1, 2));
  const std::vector<double> state = combiner.state();
  GradientTable table = table_with_losses(1, 2);
  table.row(1)[0] = std::numeric_limits<Scalar>::quiet_NaN();
  CHECK_FALSE(combiner.combine(table).finite);
  CHECK(combiner.state() == state);
}

TEST_CASE("A loss that is not finite makes a direction of GroupDROWeights that is not finite") {
  for (const double bad : {kNan, kInfinity})
    CHECK_FALSE(GroupDroWeights().combine(table_with_losses(1, bad)).finite);
}

TEST_CASE("GroupDROWeights of rows of zero are those of the losses") {
  GradientTable table = table_with_losses(0, std::log(3.0));
  table.row(0)[0] = table.row(1)[0] = 0;
  CHECK(near(GroupDroWeights({.eta = 1}).combine(table).weights, Eigen::Vector2d(0.25, 0.75), 1e-14));
}

TEST_CASE("GroupDROWeights refuse an eta out of range, a single domain, and a change of the domains") {
  CHECK(error_of([] { GroupDroWeights({.eta = -1}); }) ==
        "GroupDROWeights: eta must be a finite number of at least 0\n    found -1");
  CHECK_THROWS_AS(GroupDroWeights({.eta = kInfinity}), Error);
  CHECK_THROWS_AS(GroupDroWeights().combine(table_of({{1}})), Error);
  CHECK(error_of([] {
          GroupDroWeights combiner;
          combiner.combine(table_with_losses(1, 2));
          combiner.combine(table_of({{1}, {2}, {3}}));
        }) ==
        "GroupDROWeights: the weights of the step before are of other domains\n"
        "    domains 3\n"
        "    before  2");
}
