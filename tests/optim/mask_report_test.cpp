#include "optim/mask_report.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "optim/optimizers/adam.h"
#include "optim/combiners/sand_mask.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::optim;

namespace {

/// Slot "a" of three weights and "b" of two: open, partial, closed; closed with two zeros, equal in all
/// domains.
GradientTable small_table() {
  Parameters parameters;
  parameters.add("a", {3});
  parameters.add("b", {2});
  GradientTable table(parameters.slots(), 2);
  const double rows[2][5] = {{1e-3, 0.1, 1, 0, 2}, {1.1e-3, 0.3, -1, 0, 2}};
  for (int e = 0; e < 2; ++e)
    for (std::size_t j = 0; j < 5; ++j) table.row(e)[j] = static_cast<Scalar>(rows[e][j]);
  return table;
}

}  // namespace

TEST_CASE("A report counts what the mask did to every slot") {
  const GradientTable table = small_table();
  SandMask mask({.tau = 0.5, .k = 1e-3});
  const Direction& direction = mask.combine(table);
  const std::vector<Scalar> before = {1, 1, 1, 1, 1}, after = {2, 1, 2, 1, 2};
  const MaskReport report(table, direction, before, after);

  REQUIRE(report.slots.size() == 2);
  const MaskCounts &a = report.slots[0], &b = report.slots[1], &total = report.total;
  CHECK(a.name == "a");
  CHECK(a.weights == 3);
  CHECK(a.open == 1);
  CHECK(a.partial == 1);
  CHECK(a.closed == 1);
  CHECK(a.moved_closed == 1);
  CHECK(a.zero_gradients == 0);
  CHECK(a.zero_variance == 0);
  CHECK(a.sign_balance == std::vector<Index>{1, 0, 2});
  CHECK(a.fraction(a.open) == doctest::Approx(1.0 / 3));
  CHECK(b.open == 1);
  CHECK(b.closed == 1);
  CHECK(b.moved_closed == 0);
  CHECK(b.zero_gradients == 2);
  CHECK(b.zero_variance == 2);
  CHECK(b.sign_balance == std::vector<Index>{1, 0, 1});
  CHECK(total.weights == 5);
  CHECK(total.closed + total.partial + total.open == 5);
  CHECK(total.sign_balance == std::vector<Index>{2, 0, 3});
  CHECK(report.text() ==
        "        weights     m = 0   partial m >= 0.99  moved at m=0  zero gradients  zero variance\n"
        "a             3    33.33%    33.33%    33.33%             1               0              0\n"
        "b             2    50.00%     0.00%    50.00%             0               2              2\n"
        "total         5    40.00%    20.00%    40.00%             1               2              2\n"
        "weights by |n_plus - n_minus|, 0 to 2: 2 0 3\n");
}

TEST_CASE("A weight is closed at m = 0, partial below 0.99 and open from 0.99") {
  const Scalar least = std::numeric_limits<Scalar>::denorm_min(),
               below = std::nextafter(Scalar(0.99), Scalar{0});
  const std::vector<Scalar> masks = {
      0, least, 0.5, static_cast<double>(below) < 0.99 ? below : Scalar(0.98), Scalar(0.99), Scalar(0.995),
      1};
  const GradientTable table = table_of({{1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1}});
  const Direction direction{Tensor({7}), Tensor({7}, masks)};
  const MaskReport report(table, direction);
  CHECK(report.total.closed == 1);
  CHECK(report.total.partial == 3);
  CHECK(report.total.open == 3);
}

TEST_CASE("A report counts every weight of a slot, for slots of one weight and of a block plus one") {
  for (const std::size_t weights : {1u, 256u, 257u}) {
    const GradientTable table = table_of({std::vector<double>(weights, 1), std::vector<double>(weights, 1)});
    const Shape shape{static_cast<Index>(weights)};
    const MaskReport report(table, {Tensor(shape), Tensor(shape)});
    CHECK(report.total.closed == shape.size());
    CHECK(report.total.zero_variance == shape.size());
    CHECK(report.total.sign_balance == std::vector<Index>{0, 0, shape.size()});
  }
}

TEST_CASE("The total adds every count of every slot") {
  const GradientTable table = small_table();
  SandMask mask({.tau = 0.5, .k = 1e-3});
  const std::vector<Scalar> before(5, 1), after(5, 2);
  const MaskReport report(table, mask.combine(table), before, after);
  for (const auto field :
       {&MaskCounts::weights, &MaskCounts::closed, &MaskCounts::partial, &MaskCounts::open,
        &MaskCounts::moved_closed, &MaskCounts::zero_gradients, &MaskCounts::zero_variance})
    CHECK(report.total.*field == report.slots[0].*field + report.slots[1].*field);
}

TEST_CASE("The report of a training step counts the closed weights that Adam moves") {
  const GradientTable table = small_table();
  Parameters parameters;
  parameters.add("a", {3});
  parameters.add("b", {2});
  parameters.numbers()[2] = 1;
  SandMask mask({.tau = 0.5, .k = 1e-3});
  Adam adam(parameters, {.weight_decay = 0.1});
  const std::vector<Scalar> before(parameters.numbers().begin(), parameters.numbers().end());
  const Direction& direction = mask.combine(table);
  adam.step(parameters, direction);
  CHECK(MaskReport(table, direction, before, parameters.numbers()).total.moved_closed == 1);
  CHECK(MaskReport(table, direction).total.moved_closed == 0);
}

TEST_CASE("A report refuses parameters of another length") {
  const GradientTable table = small_table();
  SandMask mask({.tau = 0.5});
  const std::vector<Scalar> three(3), five(5);
  CHECK_THROWS_AS(MaskReport(table, mask.combine(table), three, three), Error);
  CHECK_THROWS_AS(MaskReport(table, mask.combine(table), five, {}), Error);
}
