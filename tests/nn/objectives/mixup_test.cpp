// Mixup across domains.
#include "nn/objectives/mixup.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "autograd/ops/cross_entropy.h"
#include "nn/objectives/cross_entropy.h"
#include "tests/autograd/small_batches.h"

using namespace sand;
using namespace sand::testing;

namespace {

nn::Mixup mixup(double alpha) { return {{{"mixup_alpha", alpha}}, std::make_unique<nn::CrossEntropy>()}; }

/// The domain whose rows were mixed into those of domain e, by its labels and inputs.
int successor(const Batch& drawn, const Batch& mixed, std::size_t e) {
  const DomainRows& row = mixed.domains[e];
  for (std::size_t s = 0; s < drawn.domains.size(); ++s) {
    const DomainRows& other = drawn.domains[s];
    if (s == e || row.size() > other.size()) continue;
    bool same = std::equal(row.second_labels.begin(), row.second_labels.end(), other.labels.begin());
    for (Index i = 0; same && i < row.inputs.size(); ++i)
      same = row.inputs[i] == static_cast<Scalar>(row.share) * drawn.domains[e].inputs[i] +
                                  static_cast<Scalar>(1 - row.share) * other.inputs[i];
    if (same) return static_cast<int>(s);
  }
  return -1;
}

}  // namespace

TEST_CASE("The share of a mixture has the mean and the variance of Beta(a, a)") {
  for (const double a : {0.05, 0.2, 1.0, 3.0, 40.0}) {
    constexpr int kDraws = 20'000;
    double sum = 0, squares = 0;
    Random random(11);
    for (int i = 0; i < kDraws; ++i) {
      const double share = nn::beta_draw(a, random);
      REQUIRE((share >= 0 && share <= 1));
      sum += share, squares += (share - 0.5) * (share - 0.5);
    }
    const double variance = 1 / (4 * (2 * a + 1));
    CAPTURE(a);
    CHECK(std::fabs(sum / kDraws - 0.5) < 5 * std::sqrt(variance / kDraws));
    CHECK(squares / kDraws == doctest::Approx(variance).epsilon(0.05));
  }
}

TEST_CASE("A share under a tiny parameter is 0 or 1, never NaN") {
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const double share = nn::beta_draw(1e-3, random);
    CHECK((share >= 0 && share <= 1));
  }
}

TEST_CASE("Every domain is mixed with its successor in one circle, row by row") {
  const Batch drawn = random_batch({6, 4, 5, 7}, 3);
  Batch mixed;
  std::set<std::vector<int>> circles;
  for (const std::uint64_t seed : {0u, 1u, 2u, 3u, 4u, 5u}) {
    REQUIRE(mixup(0.5).change_batch(drawn, seed, mixed));
    std::vector<int> next;
    for (std::size_t e = 0; e < 4; ++e) {
      next.push_back(successor(drawn, mixed, e));
      REQUIRE(next.back() >= 0);
      const DomainRows &row = mixed.domains[e], &first = drawn.domains[e],
                       &second = drawn.domains[static_cast<std::size_t>(next.back())];
      CHECK(row.size() == std::min(first.size(), second.size()));
      CHECK(std::equal(row.labels.begin(), row.labels.end(), first.labels.begin()));
      CHECK(std::equal(row.examples.begin(), row.examples.end(), first.examples.begin()));
    }
    int at = 0;
    for (int steps = 0; steps < 3; ++steps) CHECK((at = next[static_cast<std::size_t>(at)]) != 0);
    CHECK(next[static_cast<std::size_t>(at)] == 0);
    circles.insert(next);
  }
  CHECK(circles.size() > 1);
}

TEST_CASE("A mixture is a function of seed and step") {
  Batch drawn = random_batch({5, 5}, 3), mixed, again;
  const auto shares = [&](std::uint64_t seed, std::uint32_t step, Batch& into) {
    drawn.step = step;
    mixup(0.5).change_batch(drawn, seed, into);
    CHECK(into.step == step);
    return std::pair{into.domains[0].share, into.domains[1].share};
  };
  const auto first = shares(1, 2, mixed);
  CHECK(shares(1, 2, again) == first);
  CHECK(shares(1, 3, again) != first);
  CHECK(shares(2, 2, again) != first);
}

TEST_CASE("The loss of a mixture is the mixture of the losses, and of other rows the plain loss") {
  const Tensor logits = random_tensor({3, 4}, 5);
  const std::vector<std::int32_t> first = {0, 3, 1}, second = {2, 2, 1};
  const nn::CrossEntropy plain;
  Tape tape;
  const Parameters none;
  tape.start(none);
  const Var x = tape.constant(logits);
  const auto value = [](Var loss) { return static_cast<double>(loss.value()[0]); };
  Targets targets(first);
  CHECK(value(mixup(1).loss(x, targets, 3)) == value(plain.loss(x, targets, 3)));
  targets.second_labels = second;
  targets.share = 0.25;
  CHECK(value(mixup(1).loss(x, targets, 3)) ==
        doctest::Approx(0.25 * value(plain.loss(x, Targets(first), 3)) +
                        0.75 * value(plain.loss(x, Targets(second), 3))));
}

TEST_CASE("The shards of a mixed domain add up to its gradient") {
  const SmallMlp model;
  Batch mixed;
  mixup(0.5).change_batch(random_batch({23, 23, 23}, 5), 3, mixed);
  const nn::Mixup objective = mixup(0.5);
  DomainGradients whole(model.net, model.parameters, {.tile_rows = 64, .shards = 1}),
      tiles(model.net, model.parameters, {.tile_rows = 4, .shards = 12});
  const std::vector<Scalar> one = rows_and_losses(whole(mixed, objective));
  const std::vector<Scalar> many = rows_and_losses(tiles(mixed, objective));
  double worst = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    worst = std::max(worst, std::fabs(static_cast<double>(one[i] - many[i])));
  CHECK(worst < (sizeof(Scalar) == 8 ? 1e-12 : 1e-5));
}

TEST_CASE("Rows without labels cannot be mixed") {
  Batch batch;
  batch.domains.push_back({Tensor({2, 3}), {}, {0, 1}, Tensor({2, 1})});
  Batch mixed;
  CHECK_THROWS_WITH_AS(mixup(1).change_batch(batch, 0, mixed),
                       "Mixup: expected rows with class labels, found values", Error);
}
