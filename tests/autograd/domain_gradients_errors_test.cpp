// Errors about refused batches and about numbers that are not finite, with the first op at fault.
#include <algorithm>
#include <limits>

#include "autograd/domain_gradients.h"
#include "autograd/ops/sum.h"
#include "nn/objectives.h"
#include "tensor/finite.h"
#include "tests/autograd/small_batches.h"

using namespace sand;
using namespace sand::testing;

namespace {

constexpr Scalar kLargest = std::numeric_limits<Scalar>::max();

/// The text of the error that `work` throws.
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

}  // namespace

TEST_CASE("Missing target values are an error, and there must be one for each row") {
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

TEST_CASE("A NaN in the data stops the step with step, domain and the first op that sees it") {
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

TEST_CASE("Overflow stops the step with the op at fault and the range of its inputs") {
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
  // Backward multiplies by `big` twice. Domain 0 is classified without error, so its gradient is 0; domain 1
  // has all values 0.
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
  CHECK(text.find("    input    tanh [3, 1]: 3 numbers from 0 to 0\n    dx       3 numbers, 3 infinite\n") !=
        std::string::npos);
  CHECK(text.find("    input    parameter linear1.weight [1, 1]: " + range_text({&big, 1}) + "\n") !=
        std::string::npos);
  CHECK(text.find("    at ") != std::string::npos);
}

TEST_CASE("A gradient that overflows in the sum over shards is traced to the sum") {
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

TEST_CASE("A finite batch passes the check of every op and leaves the table unchanged") {
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
