#include "experiments/training/frozen_weights.h"

#include <doctest/doctest.h>

#include "experiments/training/training.h"
#include "tensor/error.h"
#include "tests/experiments/small_run.h"

using namespace sand::experiments;
using sand::Scalar;
using sand::Threads;

namespace {

std::vector<std::string> frozen_by(const std::vector<std::string>& patterns) {
  const auto model = make_model("mlp:2-3-2", sand::nn::Activation::relu, 1);
  const FrozenWeights frozen(patterns, model->parameters);
  std::vector<std::string> names;
  for (const sand::Slot& slot : frozen.slots()) names.push_back(slot.name);
  return names;
}

}  // namespace

TEST_CASE("Patterns match whole names of parameter tensors") {
  using Names = std::vector<std::string>;
  CHECK(frozen_by({}).empty());
  CHECK(frozen_by({"linear0.*"}) == Names{"linear0.weight", "linear0.bias"});
  CHECK(frozen_by({"*.bias", "linear0.bias"}) == Names{"linear0.bias", "linear1.bias"});
  CHECK(frozen_by({"linear?.weight"}) == Names{"linear0.weight", "linear1.weight"});
  CHECK_THROWS_WITH_AS(
      frozen_by({"linear0.*", "linear2"}),
      doctest::Contains("--freeze: no parameter tensor has such a name\n    found \"linear2\"\n  "
                        "  known linear0.weight, linear0.bias, linear1.weight, linear1.bias"),
      sand::Error);
  CHECK_THROWS_WITH_AS(frozen_by({"*"}), doctest::Contains("nothing would train"), sand::Error);
}

TEST_CASE("Frozen weights keep every bit under momentum and both kinds of weight decay; the others move") {
  for (const bool decoupled : {false, true})
    for (const char* method : {"ERM", "SANDMask", "MGDA", "IRM"}) {
      CAPTURE(method);
      Settings settings = small_run(method, R"({"weight_decay": 0.3})");
      settings.decoupled_decay = decoupled;
      settings.freeze = {"linear0.*", "linear1.bias"};
      Training run(settings, small_spirals(), Threads(2));
      const std::vector<Scalar> before = run.save().weights;
      while (!run.finished()) {
        run.update();
        if (run.record_due()) run.record();
      }
      const std::vector<Scalar> after = run.save().weights;
      for (const sand::Slot& slot : run.loop().model().parameters.slots()) {
        CAPTURE(slot.name);
        const auto from = before.begin() + slot.offset, now = after.begin() + slot.offset;
        CHECK(std::equal(from, from + slot.shape.size(), now) == run.loop().frozen().has(slot));
      }
    }
}

TEST_CASE("What is frozen has no gradient, so a method does not see it") {
  Settings settings = small_run("MGDA");
  settings.freeze = {"linear0.weight"};
  Training run(settings, small_spirals(), Threads(1));
  run.update();
  const sand::Slot& slot = run.loop().frozen().slots()[0];
  for (int domain = 0; domain < run.loop().gradients().domains(); ++domain)
    CHECK((run.loop().gradients().gradient(domain, slot).array() == Scalar{0}).all());
}

TEST_CASE("A restored run with frozen weights resumes with the same bits") {
  Settings settings = small_run("ERM");
  settings.freeze = {"linear1.*"};
  Training whole(settings, small_spirals(), Threads(2));
  TrainingState middle;
  while (!whole.finished()) {
    whole.update();
    if (whole.record_due()) whole.record();
    if (whole.step() == 2) middle = whole.save();
  }
  Training again(settings, small_spirals(), Threads(1));
  again.restore(middle);
  while (!again.finished()) {
    again.update();
    if (again.record_due()) again.record();
  }
  CHECK(again.save() == whole.save());
}
