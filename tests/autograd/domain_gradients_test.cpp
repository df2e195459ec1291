#include "autograd/domain_gradients.h"

#include <cstdlib>
#include <limits>
#include <new>

#include "nn/mlp.h"
#include "nn/objectives.h"
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
    domain.inputs = random_tensor({n, inputs}, static_cast<std::uint64_t>(100 + n + static_cast<Index>(batch.domains.size())));
    for (Index i = 0; i < n; ++i) {
      domain.labels.push_back(static_cast<std::int32_t>(random.below(2)));
      domain.examples.push_back(static_cast<std::uint32_t>(i));
    }
    batch.domains.push_back(std::move(domain));
  }
  return batch;
}

struct Model {
  Parameters parameters;
  nn::Mlp net;
  explicit Model(double dropout = 0, nn::Activation activation = nn::Activation::tanh)
      : net(parameters, {.inputs = 5, .hidden = {17, 3}, .outputs = 2, .activation = activation, .dropout = dropout}, Random(1)) {}
};

std::vector<Scalar> table_of(const GradientTable& g) {
  std::vector<Scalar> numbers;
  for (int e = 0; e < g.domains(); ++e) numbers.insert(numbers.end(), g.row(e).begin(), g.row(e).end());
  for (const double loss : g.losses()) numbers.push_back(static_cast<Scalar>(loss));
  return numbers;
}

double worst_difference(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

constexpr double kRounding = sizeof(Scalar) == 8 ? 1e-12 : 1e-5;

}  // namespace

TEST_CASE("Every row of the table is the gradient of that domain's mean loss, by central differences") {
  if (sizeof(Scalar) != 8) return;  // a question for the double build
  Model model;
  const Batch batch = random_batch({1, 3, 17}, 5);
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .shards = 6});
  const nn::CrossEntropy objective;
  const std::vector<Scalar> table = table_of(engine(batch, objective));
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
      CHECK(std::fabs(difference - backward) <= 1e-7 * std::max({std::fabs(difference), std::fabs(backward), 1e-3}));
    }
  }
}

TEST_CASE("A domain's row is what that domain alone gives") {
  Model model;
  const Batch batch = random_batch({17, 33, 5}, 5);
  DomainGradients engine(model.net, model.parameters, {.shards = 3});
  const nn::CrossEntropy objective;
  const std::vector<Scalar> together = table_of(engine(batch, objective));
  const std::size_t columns = static_cast<std::size_t>(model.parameters.size());
  for (std::size_t e = 0; e < 3; ++e) {
    Batch one;
    const DomainRows& rows = batch.domains[e];
    one.domains.push_back({Tensor(rows.inputs.shape(), rows.inputs.view().numbers()), rows.labels, rows.examples});
    DomainGradients alone(model.net, model.parameters, {.shards = 1});
    const GradientTable& g = alone(one, objective);
    CHECK(std::equal(g.row(0).begin(), g.row(0).end(), together.begin() + static_cast<std::ptrdiff_t>(e * columns)));
  }
}

TEST_CASE("One shard or many give the same table up to rounding") {
  Model model(0.3);
  const Batch batch = random_batch({70, 1, 33}, 5);
  const nn::CrossEntropy objective;
  DomainGradients whole(model.net, model.parameters, {.tile_rows = 1000, .shards = 1});
  const std::vector<Scalar> expected = table_of(whole(batch, objective));
  for (const auto& [tile_rows, shards] : {std::pair<Index, int>{64, 3}, {16, 16}, {7, 100}, {1, 1}}) {
    DomainGradients cut(model.net, model.parameters, {.tile_rows = tile_rows, .shards = shards});
    CHECK(worst_difference(table_of(cut(batch, objective)), expected) <= kRounding);
  }
}

TEST_CASE("The table has the same bits for any number of threads") {
  Parameters parameters;
  const nn::Mlp net(parameters, {.inputs = 40, .hidden = {130, 70}, .outputs = 2, .dropout = 0.2}, Random(1));
  const Batch batch = random_batch({300, 65, 128}, 40);  // rows times weights are enough for threads to be used
  const nn::CrossEntropy objective;
  DomainGradients one(net, parameters, {.threads = Threads(1)});
  const std::vector<Scalar> expected = table_of(one(batch, objective));
  for (const int threads : {2, 3, 4, 7}) {
    DomainGradients many(net, parameters, {.threads = Threads(threads)});
    CHECK(table_of(many(batch, objective)) == expected);
  }
}

TEST_CASE("A second batch leaves no trace of the first") {
  Model model;
  const Batch small = random_batch({9, 9}, 5), large = random_batch({200, 200, 200}, 5);
  const nn::CrossEntropy objective;
  DomainGradients engine(model.net, model.parameters, {.tile_rows = 16});
  const std::vector<Scalar> expected = table_of(engine(small, objective));
  engine(large, objective);
  CHECK(table_of(engine(small, objective)) == expected);
}

TEST_CASE("A NaN in the data stops with step, domain and where it was first seen") {
  Model model;
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
    CHECK(text.find("step 12: the loss of domain 1 is not a finite number\n    first at constant [4, 5]") == 0);
    CHECK(text.find("hint: the data has a NaN or an infinity") != std::string::npos);
  }
}

TEST_CASE("Weights that overflow stop with the op that did it") {
  Model model(0, nn::Activation::relu);
  for (Scalar& weight : model.parameters.numbers()) weight = std::numeric_limits<Scalar>::max() / 2;
  DomainGradients engine(model.net, model.parameters);
  CHECK_THROWS_WITH_AS(engine(random_batch({4, 4}, 5), nn::CrossEntropy{}), doctest::Contains("first at linear [4, 17]"), Error);
}

TEST_CASE("A batch that does not fit the network, an empty domain and an empty batch are refused") {
  Model model;
  DomainGradients engine(model.net, model.parameters);
  CHECK_THROWS_WITH_AS(engine(random_batch({4, 4}, 6), nn::CrossEntropy{}), doctest::Contains("linear: features of x"), Error);
  CHECK_THROWS_WITH_AS(engine(random_batch({4, 0}, 5), nn::CrossEntropy{}), doctest::Contains("at least one row"), Error);
  CHECK_THROWS_WITH_AS(engine(Batch{}, nn::CrossEntropy{}), "domain gradients: the batch has no domain", Error);
}
