// Two runs side by side on the same batches, a method and plain training (ERM), with the numbers that a page
// draws. It draws nothing and knows no browser.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/training/evaluation.h"
#include "experiments/training/update_loop.h"
#include "optim/combiner.h"

namespace sand::experiments {

enum class Side { method, erm };

class Playground {
 public:
  /// Starts both runs. `arguments`: flags of `sandgrad train`, see flags.h. ERM gets the settings that it
  /// shares with the method. Throws Error(usage) for settings that do not fit, for data without classes and
  /// for a model of more than a million weights.
  explicit Playground(const std::vector<std::string>& arguments);
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;

  void step();  ///< One update of both runs. Throws what UpdateLoop::update() throws.
  int steps() const { return method_.step(); }
  std::string fingerprint(Side side) const { return run(side).fingerprint(); }  ///< of the weights

  /// One JSON object in one line: "method", "has_mask", "weights" (their number), "slots" (name, offset,
  /// shape), "domains" (name, number, training, examples), "example" (shape), "classes", "has_plane",
  /// "plane_range", "note" (about tau and k, or "").
  std::string description() const;
  Index weights() const { return method_.model().parameters.size(); }  ///< J
  std::string weight_name(Index column) const;

  // Of the method's last update, before the weights moved. They throw Error(usage) before the first.
  const GradientTable& gradients() const;     ///< [E, J]
  const optim::Direction& direction() const;  ///< [J]
  std::vector<float> agreement() const;       ///< [3, J]: s, gbar, unbiased variance
  /// The mask that the method would have with other values of tau and k for these gradients, [J]; all 1 if it
  /// has no mask. Throws Error(usage) for values out of range.
  std::vector<float> mask_with(double tau, double k) const;
  /// Why the weight at `column` moved as it did, as `sandgrad inspect` prints it. Repeats the update.
  std::string explanation(Index column);

  /// Mean loss and accuracy over the training domains, each on its first `examples` for training, and
  /// accuracy on the first examples of the test domain: the first domain that is left out of training. NaN
  /// without one.
  std::vector<double> scores(Side side, int examples);
  /// See probabilities_on_plane() in experiments/explain/decision_plane.h, with the test domain. Throws
  /// Error(usage) if the data have no plane.
  std::vector<float> surface(Side side, int points, int tries) const;
  /// Inputs of the first `count` examples of a domain, [count, numbers].
  std::vector<float> examples(int domain, int count) const;
  std::vector<int> labels(int domain, int count) const;
  std::vector<int> predictions(Side side, int domain, int count);  ///< the classes of these examples

 private:
  UpdateLoop& run(Side side) { return side == Side::method ? method_ : erm_; }
  const UpdateLoop& run(Side side) const { return side == Side::method ? method_ : erm_; }
  Evaluation& evaluation(Side side) { return side == Side::method ? evaluation_ : evaluation_of_erm_; }
  bool has_plane() const;
  int test_domain() const;  ///< -1: none
  domains::Part first_of_domain(int domain, int count) const;
  void must_have_moved() const;

  const Threads threads_{1};
  const Settings settings_;
  const domains::DataSet data_;
  UpdateLoop method_, erm_;
  Evaluation evaluation_, evaluation_of_erm_;
  UpdateState before_;                  // the last update
  std::unique_ptr<UpdateLoop> replay_;  // made when first needed
};

}  // namespace sand::experiments
