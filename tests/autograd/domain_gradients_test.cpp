#include "autograd/domain_gradients.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/mul.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/squared_error.h"
#include "autograd/ops/sum.h"
#include "nn/objectives.h"
#include "tests/autograd/small_batches.h"

using namespace sand;
using namespace sand::testing;

namespace {

double worst_difference(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

constexpr double kRounding = sizeof(Scalar) == 8 ? 1e-12 : 1e-5;

}  // namespace

TEST_CASE("Every row of the table is the gradient of that domain's mean loss, by central differences") {
  if (sizeof(Scalar) != 8) return;  // checked in the double build only
  SmallMlp model;
  const Batch batch = random_batch({1, 3, 17}, 5);
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .shards = 6});
  const nn::CrossEntropy objective;
  const std::vector<Scalar> table = rows_and_losses(engine(batch, objective));
  const std::size_t columns = static_cast<std::size_t>(model.parameters.size());
  const double h = 1e-3;
  for (std::size_t j = 0; j < columns; ++j) {
    Scalar& weight = model.parameters.numbers()[j];
    const Scalar before = weight;
    std::vector<double> sum(3, 0.0);
    for (const auto& [move, factor] : {std::pair{h, 8.0}, {-h, -8.0}, {2 * h, -1.0}, {-2 * h, 1.0}}) {
      weight = static_cast<Scalar>(before + move);
      const GradientTable& g = engine(batch, objective);
      for (std::size_t e = 0; e < 3; ++e) sum[e] += factor * g.losses()[e];
    }
    weight = before;
    for (std::size_t e = 0; e < 3; ++e) {
      const double difference = sum[e] / (12 * h), backward = table[e * columns + j];
      CHECK(std::fabs(difference - backward) <=
            1e-7 * std::max({std::fabs(difference), std::fabs(backward), 1e-3}));
    }
  }
}

TEST_CASE("A domain's row is the gradient of that domain alone") {
  SmallMlp model;
  const Batch batch = random_batch({17, 33, 5}, 5);
  DomainGradients engine(model.net, model.parameters, {.shards = 3});
  const nn::CrossEntropy objective;
  const std::vector<Scalar> together = rows_and_losses(engine(batch, objective));
  const std::size_t columns = static_cast<std::size_t>(model.parameters.size());
  for (std::size_t e = 0; e < 3; ++e) {
    Batch one;
    const DomainRows& rows = batch.domains[e];
    one.domains.push_back(
        {Tensor(rows.inputs.shape(), rows.inputs.view().numbers()), rows.labels, rows.examples});
    DomainGradients alone(model.net, model.parameters, {.shards = 1});
    const GradientTable& g = alone(one, objective);
    CHECK(std::equal(g.row(0).begin(), g.row(0).end(),
                     together.begin() + static_cast<std::ptrdiff_t>(e * columns)));
  }
}

TEST_CASE("One shard or many give the same table up to rounding") {
  SmallMlp model(0.3);
  const Batch batch = random_batch({70, 1, 33}, 5);
  const nn::CrossEntropy objective;
  DomainGradients whole(model.net, model.parameters, {.tile_rows = 1000, .shards = 1});
  const std::vector<Scalar> expected = rows_and_losses(whole(batch, objective));
  for (const auto& [tile_rows, shards] : {std::pair<Index, int>{64, 3}, {16, 16}, {7, 100}, {1, 1}}) {
    DomainGradients cut(model.net, model.parameters, {.tile_rows = tile_rows, .shards = shards});
    CHECK(worst_difference(rows_and_losses(cut(batch, objective)), expected) <= kRounding);
  }
}

TEST_CASE("A domain has a shard per tile, but no more than its share of all shards, and at least one") {
  const DomainGradientsOptions options{.tile_rows = 64, .shards = 16};
  CHECK(options.shards_of(1, 3) == 1);
  CHECK(options.shards_of(64, 3) == 1);
  CHECK(options.shards_of(65, 3) == 2);
  CHECK(options.shards_of(320, 3) == 5);
  CHECK(options.shards_of(321, 3) == 5);  // 16 / 3
  CHECK(options.shards_of(10'000, 1) == 16);
  CHECK(options.shards_of(10'000, 16) == 1);
  CHECK(options.shards_of(10'000, 17) == 1);
}

TEST_CASE(
    "Shards are whole tiles in order, shard s of n from tile s tiles / n on, and are added from the first to "
    "the last") {
  struct OfAll : Objective {  // some rows' part of the loss of 25
    Var loss(Var outputs, const Targets& targets, Index) const override {
      return nn::CrossEntropy{}.loss(outputs, targets, 25);
    }
  };
  SmallMlp model;
  const Batch batch = random_batch({25}, 5);  // 7 tiles in 3 shards: 2, 2 and 3 tiles
  const DomainRows& all = batch.domains[0];
  std::vector<std::vector<Scalar>> rows;
  std::vector<double> losses;
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 8}, {8, 8}, {16, 9}}) {
    Batch part;
    part.domains.push_back({Tensor({count, 5}, all.inputs.view().rows(first, count).numbers()),
                            {all.labels.begin() + first, all.labels.begin() + first + count},
                            {all.examples.begin() + first, all.examples.begin() + first + count}});
    DomainGradients alone(model.net, model.parameters, {.tile_rows = 4, .shards = 1});
    const GradientTable& g = alone(part, OfAll{});
    rows.emplace_back(g.row(0).begin(), g.row(0).end());
    losses.push_back(g.losses()[0]);
  }
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .shards = 3});
  const GradientTable& g = engine(batch, OfAll{});
  int other_order = 0;
  for (std::size_t j = 0; j < rows[0].size(); ++j) {
    CHECK(g.row(0)[j] == (rows[0][j] + rows[1][j]) + rows[2][j]);
    other_order += g.row(0)[j] != rows[0][j] + (rows[1][j] + rows[2][j]);
  }
  CHECK(other_order > 0);  // so the order matters
  CHECK(g.losses()[0] == (losses[0] + losses[1]) + losses[2]);
}

TEST_CASE(
    "Dropout depends on the engine's seed, the batch's step and each row's example, not on the tile of the "
    "row") {
  SmallMlp model(0.5);
  Batch batch = random_batch({9, 6}, 5);
  batch.step = 11;
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .seed = 13});
  const nn::CrossEntropy objective;
  const GradientTable& g = engine(batch, objective);
  for (int e = 0; e < 2; ++e) {
    const DomainRows& rows = batch.domains[static_cast<std::size_t>(e)];
    std::vector<Scalar> row(static_cast<std::size_t>(model.parameters.size()));
    Tape tape;
    tape.start(model.parameters, row);
    tape.backward(objective.loss(model.net(tape.constant(rows.inputs), {13, 11, rows.examples}), rows.labels,
                                 rows.size()));
    CHECK(worst_difference(row, {g.row(e).begin(), g.row(e).end()}) <= kRounding);
  }
}

/// A regression: the label as a number.
Batch with_values(Batch batch) {
  for (DomainRows& domain : batch.domains) {
    domain.target_values = Tensor({domain.size(), 2});
    for (Index i = 0; i < domain.target_values.size(); ++i)
      domain.target_values[i] =
          static_cast<Scalar>(domain.labels[static_cast<std::size_t>(i / 2)]) + static_cast<Scalar>(i % 2);
    domain.labels.clear();
  }
  return batch;
}

TEST_CASE(
    "SquaredError is the mean squared difference to the target values, for any division of a domain into "
    "tiles") {
  SmallMlp model(0.3);
  const Batch batch = with_values(random_batch({70, 1, 33}, 5));
  DomainGradients whole(model.net, model.parameters, {.tile_rows = 1000, .shards = 1});
  const GradientTable& g = whole(batch, nn::SquaredError{});
  for (std::size_t e = 0; e < 3; ++e) {
    const DomainRows& rows = batch.domains[e];
    Tape tape;
    tape.start(model.parameters);
    const Var outputs = model.net(tape.constant(rows.inputs), {0, 0, rows.examples});
    const double mean = (outputs.value().array() - rows.target_values.array()).square().cast<double>().mean();
    CHECK(g.losses()[e] == doctest::Approx(mean));
  }
  DomainGradients cut(model.net, model.parameters, {.tile_rows = 7});
  CHECK(worst_difference(rows_and_losses(cut(batch, nn::SquaredError{})), rows_and_losses(g)) <=
        10 * kRounding);
}

TEST_CASE(
    "A custom loss that is a mean over its rows is refused before the first step; scaled, it equals "
    "SquaredError") {
  struct Mean : Objective {
    Var loss(Var outputs, const Targets& targets, Index) const override {
      return squared_error(outputs, outputs.tape().constant(targets.values));
    }
  };
  struct Share : Objective {
    Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
      const Var error = squared_error(
          outputs, outputs.tape().constant(targets.values));  // a mean over the rows of this tile
      return scale(error, static_cast<Scalar>(outputs.shape().rows()) / static_cast<Scalar>(rows_in_domain));
    }
  };
  SmallMlp model(0.3);
  const Batch batch = with_values(random_batch({1, 33, 70}, 5));
  for (const Index tile_rows : {7, 1000}) {  // also if every domain is one tile
    DomainGradients engine(model.net, model.parameters, {.tile_rows = tile_rows});
    CHECK_THROWS_WITH_AS(
        engine(batch, Mean{}),
        doctest::Contains("the loss of two rows in one tile must be the sum of their losses in two"), Error);
    CHECK_THROWS_WITH_AS(engine(batch, Mean{}),
                         doctest::Contains("scale it by 1 / rows_in_domain, as CrossEntropy does"), Error);
    const std::vector<Scalar> own = rows_and_losses(engine(batch, Share{}));
    CHECK(own == rows_and_losses(engine(batch, nn::SquaredError{})));
  }
}

TEST_CASE("A loss whose rows cancel out is accepted") {
  struct Difference : Objective {  // + for class 1, - for class 0
    Var loss(Var outputs, const Targets& targets, Index rows_in_domain) const override {
      return scale(sum(mul(outputs, outputs.tape().constant(targets.values))),
                   Scalar{1} / static_cast<Scalar>(rows_in_domain));
    }
  };
  SmallMlp model;
  Batch batch = with_values(random_batch({2, 2}, 5));
  for (DomainRows& domain : batch.domains) {
    std::copy_n(domain.inputs.data(), 5, domain.inputs.data() + 5);
    for (Index i = 0; i < 4; ++i) domain.target_values[i] = i < 2 ? Scalar{1} : Scalar{-1};
  }
  DomainGradients engine(model.net, model.parameters);
  CHECK(std::fabs(engine(batch, Difference{}).losses()[0]) <= kRounding);
}

TEST_CASE("The table has the same bits for any number of threads") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 40, .hidden = {130, 70}, .outputs = 2, .dropout = 0.2}, Random(1));
  const Batch batch =
      random_batch({300, 65, 128}, 40);  // rows times weights are enough for threads to be used
  const nn::CrossEntropy objective;
  DomainGradients one(net, parameters, {.threads = Threads(1)});
  const std::vector<Scalar> expected = rows_and_losses(one(batch, objective));
  for (const int threads : {2, 3, 4, 7}) {
    DomainGradients many(net, parameters, {.threads = Threads(threads)});
    CHECK(rows_and_losses(many(batch, objective)) == expected);
  }
}

TEST_CASE("The first batch has no effect on the gradients of the second") {
  SmallMlp model;
  const Batch small = random_batch({9, 9}, 5), large = random_batch({200, 200, 200}, 5);
  const nn::CrossEntropy objective;
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 16});
  const std::vector<Scalar> expected = rows_and_losses(engine(small, objective));
  engine(large, objective);
  CHECK(rows_and_losses(engine(small, objective)) == expected);
}

TEST_CASE("A later step has the gradients at the current weights") {
  SmallMlp model;
  Batch batch = random_batch({17, 9}, 5);
  const nn::CrossEntropy objective;
  DomainGradients engine(model.net, model.parameters);
  engine(batch, objective);
  for (Scalar& weight : model.parameters.numbers()) weight *= 2;
  batch.step = 1;
  DomainGradients anew(model.net, model.parameters);
  CHECK(rows_and_losses(engine(batch, objective)) == rows_and_losses(anew(batch, objective)));
}
