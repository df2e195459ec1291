// Objectives over whole domains in the engine: all forwards, the objective, all backwards.
#include "autograd/two_phases.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/scale.h"
#include "autograd/ops/sum.h"
#include "tests/autograd/small_batches.h"
#include "tests/nn/objectives/whole_domains.h"

using namespace sand;
using namespace sand::testing;

namespace {

std::unique_ptr<Objective> make(const std::string& name) {
  const nn::DomainObjectiveCard& card = card_of(name);
  return card.make(without_annealing(card), base_for(2));
}

/// The value is infinite; the losses are not.
class Infinite final : public DomainObjective {
 public:
  Infinite() : DomainObjective(base_for(2)) {}
  const char* name() const override { return "Infinite"; }
  Total total(std::span<const DomainOutputs>, std::span<const Var> losses, const Moment&) const override {
    return {scale(losses[0], std::numeric_limits<Scalar>::infinity())};
  }
};

}  // namespace

TEST_CASE("Without a penalty, two phases give the rows of one phase") {
  const SmallMlp model(0.2);
  const Batch batch = random_batch({33, 5, 17}, 5);
  const DomainGradientsOptions options{.tile_rows = 4, .shards = 7, .seed = 3};
  DomainGradients one(model.net, model.parameters, options), two(model.net, model.parameters, options);
  Hparams hparams = without_annealing(card_of("IRM"));
  hparams["irm_lambda"] = 0;
  const auto objective = card_of("IRM").make(hparams, base_for(2));
  const std::vector<Scalar> plain = rows_and_losses(one(batch, nn::CrossEntropy())),
                            phases = rows_and_losses(two(batch, *objective));
  for (std::size_t i = 0; i < plain.size(); ++i)
    CHECK(std::fabs(static_cast<double>(plain[i] - phases[i])) < (sizeof(Scalar) == 8 ? 1e-14 : 1e-6));
}

TEST_CASE("The mean of the rows is the gradient of the objective by the weights, by central differences") {
  if (sizeof(Scalar) != 8) return;  // differences need the digits of double
  for (const nn::DomainObjectiveCard& card : whole_domain_cards()) {
    const std::string name = card.name;
    CAPTURE(name);
    if (name == "EQRM" || name == "GroupDRO" || name == "Fishr") continue;  // see domain_objectives_test.cpp
    SmallMlp model;
    const Batch batch = random_batch({7, 3, 10}, 5);
    const auto objective = make(name);
    DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .shards = 6});
    const GradientTable& table = engine(batch, *objective);
    std::vector<double> mean;
    for (std::size_t j = 0; j < static_cast<std::size_t>(table.columns()); ++j)
      mean.push_back((static_cast<double>(table.row(0)[j]) + static_cast<double>(table.row(1)[j]) +
                      static_cast<double>(table.row(2)[j])) /
                     3);
    double off = 0, largest = 1e-3;
    for (std::size_t j = 0; j < mean.size(); j += 3) {
      Scalar& weight = model.parameters.numbers()[j];
      const Scalar before = weight;
      double difference = 0;
      constexpr double kStep = 2e-4;
      for (const auto& [move, factor] : {std::pair{1, 8.0}, {-1, -8.0}, {2, -1.0}, {-2, 1.0}}) {
        weight = before + static_cast<Scalar>(move * kStep);
        difference += factor * engine(batch, *objective).objective / (12 * kStep);
      }
      weight = before;
      off = std::max(off, std::fabs(difference - mean[j]));
      largest = std::max(largest, std::fabs(difference));
    }
    CHECK(off / largest < 1e-7);
  }
}

TEST_CASE("Two phases have the same bits for any number of threads") {
  const SmallMlp model(0.3);
  const Batch batch = random_batch({33, 17, 40}, 5);
  for (const char* name : {"IRM", "CORAL", "Fishr"}) {
    CAPTURE(name);
    const auto objective = make(name);
    std::vector<Scalar> alone;
    for (const int threads : {1, 2, 3, 7}) {
      DomainGradients engine(model.net, model.parameters,
                             {.tile_rows = 4, .seed = 9, .threads = Threads(threads)});
      engine(batch, *objective);
      const std::vector<Scalar> second = rows_and_losses(engine(batch, *objective));
      if (threads == 1) alone = second;
      CHECK(second == alone);
    }
  }
}

TEST_CASE("Another objective on the same engine leaves nothing of the one before") {
  const SmallMlp model;
  const Batch batch = random_batch({9, 9}, 5);
  DomainGradients engine(model.net, model.parameters), fresh(model.net, model.parameters);
  engine(batch, *make("CORAL"));  // with gradients by features
  const auto objective = make("IRM");
  CHECK(rows_and_losses(engine(batch, *objective)) == rows_and_losses(fresh(batch, *objective)));
  CHECK(engine.seeds(0).features.data() == nullptr);
}

TEST_CASE("Features need a network that ends with a linear layer") {
  Parameters parameters;
  const nn::Linear linear(parameters, "linear0", 5, 2, nn::Initializer::pytorch,
                          *std::make_unique<Random>(1));
  const Network net = [&](Var x, const Draw&) { return scale(linear(x), 2); };
  DomainGradients engine(net, parameters, {});
  const Batch batch = random_batch({4, 4}, 5);
  CHECK_THROWS_WITH_AS(
      engine(batch, *make("CORAL")),
      doctest::Contains("features: the network must end with a linear layer\n    ends with scale"), Error);
}

TEST_CASE("An objective that is not finite is named, with the op at fault") {
  const SmallMlp model;
  DomainGradients engine(model.net, model.parameters);
  Batch batch = random_batch({4, 4}, 5);
  batch.step = 12;
  CHECK_THROWS_WITH_AS(engine(batch, Infinite()),
                       doctest::Contains("step 12: the objective Infinite is not finite\n    first at scale"),
                       Error);
}
