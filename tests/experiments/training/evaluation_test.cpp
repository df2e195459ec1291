#include "experiments/training/evaluation.h"

#include <doctest/doctest.h>

#include <cmath>

#include "domains/spirals.h"
#include "experiments/setup/models.h"
#include "nn/objectives.h"
#include "tests/tensor/rank_threads.h"

using sand::experiments::Evaluation;
using sand::experiments::Score;

namespace {

struct Untrained {
  sand::domains::Spirals data{{.domains = 2, .examples = 150, .test_examples = 70}};
  std::unique_ptr<sand::experiments::Model> model =
      sand::experiments::make_model("mlp:18-9-2", sand::nn::Activation::tanh, 3);
  sand::nn::CrossEntropy objective;

  Score score(const sand::domains::Part& part, int threads) {
    return Evaluation(*model, sand::Threads(threads))(part, objective);
  }
};

}  // namespace

TEST_CASE("A score is the same for any number of threads") {
  Untrained it;
  const sand::domains::Part part = sand::domains::whole(it.data.domains[1]);
  const Score alone = it.score(part, 1);
  for (const int threads : {2, 3, 7}) {
    CHECK(it.score(part, threads).loss == alone.loss);
    CHECK(it.score(part, threads).accuracy == alone.accuracy);
  }
}

TEST_CASE("Scores and outputs are the same for any number of ranks, on every rank") {
  const Untrained it;
  const sand::domains::Part part = sand::domains::whole(it.data.domains[1]);  // 3 tiles, the last not full
  sand::domains::Domain numbers = it.data.domains[1];
  numbers.targets = 2;
  for (const std::int32_t label : numbers.labels)
    for (const int target : {0, 1})
      numbers.values.push_back(static_cast<sand::Scalar>(target == label ? 1.5 : 0.1));
  numbers.labels.clear();
  const auto results = [&](const sand::Ranks& ranks) {
    using sand::domains::Task;
    Evaluation classes(*it.model, sand::Threads(1), Task::classify, ranks),
        regression(*it.model, sand::Threads(1), Task::regress, ranks);
    sand::Tensor outputs({150, 2}), alone = classes.outputs(part);
    const Score score = classes(part, it.objective, outputs);
    const Score errors = regression(sand::domains::whole(numbers), sand::nn::SquaredError());
    std::vector<double> all = {score.loss, score.accuracy, errors.loss, errors.accuracy};
    for (const sand::Tensor* tensor : {&outputs, &alone})
      for (sand::Index i = 0; i < tensor->size(); ++i) all.push_back(static_cast<double>((*tensor)[i]));
    return all;
  };
  const std::vector<double> alone = results({});
  for (const int count : {2, 3, 7})
    for (const std::vector<double>& of_rank : sand::testing::of_rank_threads(count, results))
      CHECK(of_rank == alone);
}

TEST_CASE("The score of a part is the mean over its examples, for any division into tiles") {
  Untrained it;
  const sand::domains::Part part = sand::domains::whole(it.data.domains[1]);
  const Score together = it.score(part, 2);
  double loss = 0, right = 0;
  for (const std::uint32_t example : part.examples) {
    const Score one = it.score({part.domain, {example}}, 1);
    CHECK((one.accuracy == 0 || one.accuracy == 1));
    CHECK(one.loss > 0);
    CHECK((one.loss < std::log(2.0)) ==
          (one.accuracy == 1));  // two classes: right is a probability above a half
    loss += one.loss;
    right += one.accuracy;
  }
  CHECK(together.loss == doctest::Approx(loss / 150).epsilon(sizeof(sand::Scalar) == 8 ? 1e-13 : 1e-5));
  CHECK(together.accuracy == right / 150);
}

TEST_CASE("A part without examples has no score") {
  Untrained it;
  CHECK(std::isnan(it.score({&it.data.domains[0], {}}, 2).accuracy));
}
