#include "experiments/training/class_weights.h"

#include "nn/class_weights.h"
#include "nn/objective_card.h"
#include "tensor/error.h"

namespace sand::experiments {
namespace {

std::vector<double> balanced_weights(std::size_t classes, const std::vector<domains::Part>& training) {
  std::vector<double> counts(classes);
  double all = 0;
  for (const domains::Part& part : training)
    for (const std::uint32_t example : part.examples) {
      ++counts[static_cast<std::size_t>(part.domain->labels[example])];
      ++all;
    }
  std::vector<double> weights;
  for (const double count : counts)
    weights.push_back(count > 0 ? all / (static_cast<double>(classes) * count) : 1);
  return weights;
}

}  // namespace

std::vector<double> class_weights(const Settings& settings, const domains::DataSet& data,
                                  const std::vector<domains::Part>& training) {
  const std::string& text = settings.recipe.class_weights;
  if (text.empty()) return {};
  check(data.classes > 0,
        [] { return Error(Fault::usage, "--class-weights: the data has numbers to predict, not classes"); });
  const std::size_t classes = static_cast<std::size_t>(data.classes);
  if (text == "balanced") return balanced_weights(classes, training);
  const std::vector<double> weights = class_weight_numbers(text);
  check(weights.size() == classes, [&] {
    return Error(Fault::usage, "--class-weights: one number for each class is needed")
        .fact("classes", std::to_string(classes))
        .fact("found", std::to_string(weights.size()) + ": " + text);
  });
  return weights;
}

std::unique_ptr<Objective> row_objective(const Settings& settings, const domains::DataSet& data,
                                         const std::vector<domains::Part>& training) {
  const std::vector<double> weights = class_weights(settings, data, training);
  if (weights.empty()) return nn::objective_named(settings.protocol.objective).make(settings.hparams);
  return std::make_unique<nn::ClassWeights>(std::vector<Scalar>(weights.begin(), weights.end()));
}

}  // namespace sand::experiments
