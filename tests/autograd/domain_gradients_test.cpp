#include "autograd/domain_gradients.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "autograd/ops/mul.h"
#include "autograd/ops/scale.h"
#include "autograd/ops/squared_error.h"
#include "autograd/ops/sum.h"
#include "nn/mlp.h"
#include "nn/objectives.h"
#include "tensor/finite.h"
#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

/// `rows` random examples of every domain: [rows, inputs], two classes.
Batch random_batch(const std::vector<Index>& rows, Index inputs) {
  Batch batch;
  Random random(3);
  for (const Index n : rows) {
    DomainRows domain;
    domain.inputs = random_tensor(
        {n, inputs}, static_cast<std::uint64_t>(100 + n + static_cast<Index>(batch.domains.size())));
    for (Index i = 0; i < n; ++i) {
      domain.labels.push_back(static_cast<std::int32_t>(random.below(2)));
      domain.examples.push_back(static_cast<std::uint32_t>(i));
    }
    batch.domains.push_back(std::move(domain));
  }
  return batch;
}

struct SmallMlp {
  Parameters parameters;
  nn::Mlp net;
  explicit SmallMlp(double dropout = 0, nn::Activation activation = nn::Activation::tanh)
      : net(parameters,
            {.inputs = 5, .hidden = {17, 3}, .outputs = 2, .activation = activation, .dropout = dropout},
            Random(1)) {}
};

std::vector<Scalar> rows_and_losses(const GradientTable& g) {
  std::vector<Scalar> numbers;
  for (int e = 0; e < g.domains(); ++e) numbers.insert(numbers.end(), g.row(e).begin(), g.row(e).end());
  for (const double loss : g.losses()) numbers.push_back(static_cast<Scalar>(loss));
  return numbers;
}

double worst_difference(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

constexpr Scalar kLargest = std::numeric_limits<Scalar>::max();

/// What the error says that `work` ends with.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::non_finite);
    return error.what();
  }
  return "no error";
}

constexpr double kRounding = sizeof(Scalar) == 8 ? 1e-12 : 1e-5;

}  // namespace

TEST_CASE("Every row of the table is the gradient of that domain's mean loss, by central differences") {
  if (sizeof(Scalar) != 8) return;  // a question for the double build
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

TEST_CASE("A domain's row is what that domain alone gives") {
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
  CHECK(other_order > 0);  // so the order shows
  CHECK(g.losses()[0] == (losses[0] + losses[1]) + losses[2]);
}

TEST_CASE(
    "Dropout is drawn under the engine's seed, the batch's step and each row's example, whatever tile the "
    "row is in") {
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
    "SquaredError is the mean squared difference to the target values, however a domain is cut into tiles") {
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
    "An own loss that is a mean over its rows is refused before the first step, since tiles are added; "
    "scaled, it is SquaredError") {
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
  for (const Index tile_rows : {7, 1000}) {  // also where every domain is one tile today
    DomainGradients engine(model.net, model.parameters, {.tile_rows = tile_rows});
    CHECK_THROWS_WITH_AS(
        engine(batch, Mean{}),
        doctest::Contains("the loss of two rows in one tile must be the sum of their losses in two"), Error);
    CHECK_THROWS_WITH_AS(engine(batch, Mean{}),
                         doctest::Contains("scaled by 1 / rows_in_domain, as that of CrossEntropy"), Error);
    const std::vector<Scalar> own = rows_and_losses(engine(batch, Share{}));
    CHECK(own == rows_and_losses(engine(batch, nn::SquaredError{})));
  }
}

TEST_CASE("A loss whose rows cancel out is no reason to refuse it") {
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

TEST_CASE("Target values are asked for where they are missing, and must be one for each row") {
  SmallMlp model;
  DomainGradients engine(model.net, model.parameters);
  Batch batch = random_batch({4, 4}, 5);
  CHECK_THROWS_WITH_AS(engine(batch, nn::SquaredError{}),
                       doctest::Contains("SquaredError: the batch has no target values"), Error);
  batch.domains[1].target_values = Tensor({3, 2});
  CHECK_THROWS_WITH_AS(engine(batch, nn::SquaredError{}), doctest::Contains("target values [3, 2]"), Error);
  batch.domains[1].target_values = Tensor({4, 3});
  batch.domains[0].target_values = Tensor({4, 3});
  CHECK_THROWS_WITH_AS(engine(batch, nn::SquaredError{}), doctest::Contains("squared_error: "), Error);
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

TEST_CASE("A second batch leaves no trace of the first") {
  SmallMlp model;
  const Batch small = random_batch({9, 9}, 5), large = random_batch({200, 200, 200}, 5);
  const nn::CrossEntropy objective;
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 16});
  const std::vector<Scalar> expected = rows_and_losses(engine(small, objective));
  engine(large, objective);
  CHECK(rows_and_losses(engine(small, objective)) == expected);
}

TEST_CASE("A later step has the gradients of the weights as they are then") {
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

TEST_CASE("A NaN in the data stops with step, domain and where it was first seen") {
  SmallMlp model;
  Batch batch = random_batch({4, 4}, 5);
  batch.step = 12;
  batch.domains[1].inputs[7] = std::numeric_limits<Scalar>::quiet_NaN();
  DomainGradients engine(model.net, model.parameters);
  try {
    engine(batch, nn::CrossEntropy{});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::non_finite);
    const std::string text = error.what();
    CHECK(text.find("step 12: the loss of domain 1 is not finite\n    first at constant [4, 5], forward\n") ==
          0);
    CHECK(text.find("    gives    20 numbers from ") != std::string::npos);
    CHECK(text.find(", 1 NaN\n") != std::string::npos);
    CHECK(text.find("hint: the data has a NaN or an infinity") != std::string::npos);
  }
}

TEST_CASE("Weights that overflow stop with the op that did it and the range of what it was given") {
  SmallMlp model(0, nn::Activation::relu);
  for (Scalar& weight : model.parameters.numbers()) weight = kLargest / 2;
  DomainGradients engine(model.net, model.parameters);
  Batch batch = random_batch({4, 4}, 5);
  batch.domains[0].inputs.array() =
      -1;  // the first values are all -inf, over which relu would write zeros in a step
  const std::string text = refusal([&] { engine(batch, nn::CrossEntropy{}); });
  CHECK(text.find("the loss of domain 0 is not finite\n    first at linear [4, 17], forward\n    formula  y "
                  "= x w^T + b\n") != std::string::npos);
  const std::string weights = range_text(std::vector<Scalar>(17 * 5, kLargest / 2));
  CHECK(text.find("    input    parameter linear0.weight [17, 5]: " + weights + "\n") != std::string::npos);
  CHECK(text.find("    input    constant [4, 5]: " + range_text(batch.domains[0].inputs.view().numbers()) +
                  "\n") != std::string::npos);
  CHECK(text.find("    gives    68 numbers, 68 infinite\n    at ") != std::string::npos);
}

TEST_CASE("The first of several domains at fault is named, for every number of threads") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 40, .hidden = {130, 70}, .outputs = 2}, Random(1));
  Batch batch = random_batch({300, 300, 300, 300}, 40);
  for (const int domain : {1, 2, 3})
    batch.domains[static_cast<std::size_t>(domain)].inputs[11'999] = kLargest;  // the last row
  for (Scalar& weight : parameters.numbers()) weight *= 100;
  for (int threads = 1; threads <= 4; ++threads) {
    DomainGradients engine(net, parameters, {.threads = Threads(threads)});
    CHECK(refusal([&] {
            engine(batch, nn::CrossEntropy{});
          }).find("step 0: the loss of domain 1 is not finite\n    first at linear [44, 130]") == 0);
  }
}

TEST_CASE("A gradient that overflows while the loss is finite is traced to the op and the domain") {
  // Backward multiplies by `big` twice. Domain 0 is classified without any error, so that nothing goes back;
  // domain 1 has all values 0.
  Parameters parameters;
  const nn::Mlp net(parameters,
                    {.inputs = 1, .hidden = {1, 1}, .outputs = 2, .activation = nn::Activation::tanh},
                    Random(1));
  const Scalar big = kLargest / 4;
  const Scalar weights[] = {1, 0, big, 0, big, -big, 0, 0};
  std::copy(std::begin(weights), std::end(weights), parameters.numbers().begin());
  Batch batch = random_batch({3, 3}, 1);
  batch.step = 7;
  for (DomainRows& domain : batch.domains) domain.labels = {0, 0, 0};
  batch.domains[0].inputs.array() = 1;
  batch.domains[1].inputs.array() = 0;
  DomainGradients engine(net, parameters);
  const nn::CrossEntropy objective;
  const GradientTable& g = engine(batch, objective);
  CHECK(all_finite(g.row(0)));
  CHECK_FALSE(all_finite(g.row(1)));
  const std::string text = refusal([&] { engine.check_every_op(batch, objective); });
  CHECK(text.find("step 7: the gradient of domain 1 is not finite\n    first at linear [3, 1], backward\n    "
                  "formula  dx += dy w, ") == 0);
  CHECK(text.find("    dy       3 numbers from ") != std::string::npos);
  CHECK(text.find("    input    tanh [3, 1]: 3 numbers from 0 to 0\n    gives it 3 numbers, 3 infinite\n") !=
        std::string::npos);
  CHECK(text.find("    input    parameter linear1.weight [1, 1]: " + range_text({&big, 1}) + "\n") !=
        std::string::npos);
  CHECK(text.find("    at ") != std::string::npos);
}

TEST_CASE("Gradients of shards that only their sum makes infinite are traced to the sum") {
  struct Sum : Objective {
    Var loss(Var outputs, const Targets&, Index) const override { return sum(outputs); }
  };
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 1, .hidden = {}, .outputs = 1}, Random(1));
  for (Scalar& weight : parameters.numbers()) weight = 0;
  Batch batch = random_batch({2, 2}, 1);
  batch.domains[0].inputs.array() = 1;
  batch.domains[1].inputs.array() = kLargest / 4 * 3;
  for (const auto& [shards, says] :
       {std::pair{2, "first at linear [1, 1], backward"}, {4, "first at a sum over the shards"}}) {
    DomainGradients engine(net, parameters, {.tile_rows = 1, .shards = shards});
    CHECK_FALSE(all_finite(engine(batch, Sum{}).row(1)));
    const std::string text = refusal([&] { engine.check_every_op(batch, Sum{}); });
    CHECK_MESSAGE(text.find(std::string("step 0: the gradient of domain 1 is not finite\n    ") + says) == 0,
                  text);
  }
}

TEST_CASE("A batch in which all is finite passes the check of every op and leaves the table alone") {
  SmallMlp model(0.3);
  const Batch batch = random_batch({70, 1, 33}, 5);
  const nn::CrossEntropy objective;
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 16});
  const GradientTable& g = engine(batch, objective);
  const std::vector<Scalar> before = rows_and_losses(g);
  CHECK_NOTHROW(engine.check_every_op(batch, objective));
  CHECK(rows_and_losses(g) == before);
}

TEST_CASE("A batch that does not fit the network, an empty domain and an empty batch are refused") {
  SmallMlp model;
  DomainGradients engine(model.net, model.parameters);
  CHECK_THROWS_WITH_AS(engine(random_batch({4, 4}, 6), nn::CrossEntropy{}),
                       doctest::Contains("linear: features of x"), Error);
  CHECK_THROWS_WITH_AS(engine(random_batch({4, 0}, 5), nn::CrossEntropy{}),
                       doctest::Contains("at least one row"), Error);
  CHECK_THROWS_WITH_AS(engine(Batch{}, nn::CrossEntropy{}), "domain gradients: the batch has no domain",
                       Error);
}
