// The explanation of one weight in one update: every number from the examples to the weight's new value, in
// order of computation. It observes the update and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/models.h"
#include "experiments/training/update_loop.h"
#include "experiments/training/weight_name.h"
#include "optim/clip.h"
#include "optim/optimizers/optimizer.h"
#include "optim/terms.h"
#include "tensor/batch.h"

namespace sand::experiments {

/// All inputs of an update, before the optimizer moves the weights.
struct Update {
  const Model& model;  ///< with the weights before the update
  const Objective& objective;
  const Batch& batch;
  const GradientTable& gradients;  ///< the engine's gradients for these inputs
  const Algorithm& method;
  const Hparams& hparams;  ///< of the method
  bool allow_closed = false;
  optim::ClipOptions clip = {};  ///< of the direction
  /// With the seeds of the update, if the objective sees whole domains; may be null for others.
  const DomainGradients* engine = nullptr;
  std::vector<double> carried = {};            ///< by the combiner before the update
  const optim::Optimizer& optimizer;           ///< before the update, with the rates of the update
  std::uint64_t seed = 0;                      ///< of dropout
  std::vector<std::string> domain_names = {};  ///< of the batch's domains; empty: their numbers
  Threads threads{};
};

/// The current update of a run, before the weights move; `loop` and `names` must outlive it.
Update update_of(const UpdateLoop& loop, const std::vector<std::string>& names, const Threads& threads);

struct ExampleTerms {
  Index row;                         ///< number of the row in the domain's batch
  std::uint32_t example;             ///< number of the example in the domain
  std::int32_t label;                ///< -1 if there are no classes
  Scalar gradient;                   ///< d (loss of the row / rows of the domain) / d weight
  std::vector<Scalar> targets = {};  ///< numbers to predict, or labels
};

struct DomainTerms {
  std::string name;
  double loss;      ///< mean over its rows
  Scalar gradient;  ///< g_e
  /// Of an objective that needs several passes: d loss_e / d weight at the network's weights; the rest of g_e
  /// comes from passes at other weights
  std::optional<Scalar> here;
  Scalar largest;                      ///< |g_e| of all weights of the tensor
  std::vector<ExampleTerms> examples;  ///< by row
  /// Sums of the examples' gradients and of their absolute values. `sum` is g_e, or `here`, up to
  /// rounding.
  double sum, magnitudes;
};

/// The result of a method for the gradients of one weight.
struct MaskTerms {
  std::string method;
  optim::Terms terms;
  std::optional<Scalar> mask;        ///< m before any rescale, if the method has a mask
  Scalar direction;                  ///< the replacement of the gradient
  std::vector<double> weights = {};  ///< [E], of the domains' gradients, if the method weighs them
  std::vector<double> gram = {};     ///< [E, E], likewise: the products of their gradients
};

/// The optimizer's values for a direction, after any clip.
struct OptimizerTerms {
  std::string name, key;  ///< "Adam", "adam"
  optim::Terms terms;     ///< Optimizer::explain()
  Scalar after;           ///< the new weight
};

struct OtherMethod {
  MaskTerms mask;
  Scalar after;  ///< the weight after a step of the same optimizer with this mask
};

struct WeightExplanation {
  std::string weight;  ///< "linear1.weight[12,40]"
  Index slot_weights;  ///< number of weights in its slot
  std::uint32_t step;
  std::string objective;  ///< the name of an objective that is more than the domains' mean losses; else ""
  std::vector<DomainTerms> domains;
  int n_plus, n_minus;    ///< domains whose gradient is above 0, below 0
  double agreement;       ///< s = |n_plus - n_minus| / E
  double mean, variance;  ///< gbar; unbiased, NaN for one domain
  MaskTerms mask;
  std::optional<optim::Terms> clip;  ///< how the direction was clipped, if it may be
  OptimizerTerms optimizer;
  std::vector<OtherMethod> others;  ///< ERM and AND-mask with the same gradients

  /// For a reader with a pocket calculator: one number a line, and the formula that gives it from those
  /// above.
  std::string text() const;
  /// The same numbers and all examples, one JSON object in one line. Numbers that are not finite are strings:
  /// "inf", "nan".
  std::string json() const;
  /// Throws Error(internal) unless `made`, the weight after the engine's update, equals `optimizer.after` bit
  /// for bit.
  void must_match(Scalar made) const;
};

/// Explains some weights in one update. Runs every example forward and back by itself, once for all weights.
/// Throws Error(internal) if a mask or a direction differs from the engine's in any bit: no explanation is
/// better than a wrong one.
std::vector<WeightExplanation> explain(const Update& update, const std::vector<WeightPlace>& weights);

}  // namespace sand::experiments
