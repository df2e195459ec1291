// The explanation of one weight in one update: every number between the examples and the weight's new value,
// in the order in which they were computed. It looks on while an update is made and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/models.h"
#include "experiments/training/weight_name.h"
#include "optim/adam.h"
#include "optim/terms.h"
#include "tensor/batch.h"

namespace sand::experiments {

/// All that an update is a function of, before the optimizer moves the weights.
struct Update {
  const Model& model;  ///< with the weights before the update
  const Objective& objective;
  const Batch& batch;
  const GradientTable& gradients;  ///< what the engine made of all these
  const Algorithm& method;
  const Hparams& hparams;  ///< of the method
  bool allow_closed = false;
  const optim::Adam& adam;                     ///< before the update, its options those of the update
  std::uint64_t seed = 0;                      ///< of dropout
  std::vector<std::string> domain_names = {};  ///< of the batch's domains; without them, their numbers
  Threads threads{};
};

struct ExampleTerms {
  Index row;              ///< of the domain's rows in the batch
  std::uint32_t example;  ///< of the domain
  std::int32_t label;
  Scalar gradient;  ///< d (loss of the row / rows of the domain) / d weight
};

struct DomainTerms {
  std::string name;
  double loss;                         ///< mean over its rows
  Scalar gradient;                     ///< g_e
  Scalar largest;                      ///< |g_e| of all weights of the tensor
  std::vector<ExampleTerms> examples;  ///< by row
  double sum, magnitudes;  ///< of the examples' gradients and of their absolute values; the sum is g_e but
                           ///< for rounding
};

/// What a method made of the gradients of one weight.
struct MaskTerms {
  std::string method;
  optim::Terms terms;
  Scalar mask, direction;  ///< m before any rescale; what takes the place of the gradient
};

/// What Adam makes of a direction, with the names of optim/adam.h.
struct AdamTerms {
  optim::AdamOptions options;
  std::int64_t t;  ///< updates, this one included
  optim::AdamConstants constants;
  Scalar weight, m_before, v_before;
  Scalar gradient;  ///< direction + decay weight
  Scalar m, v;
  Scalar root, denominator;  ///< sqrt(v), root / root_scale + epsilon
  Scalar shrunk, step;       ///< weight shrink, step_size m / denominator
  bool held;                 ///< mask_update, and the mask is 0: the weight stays
  Scalar after, movement;    ///< the new weight, and after - weight
};

struct OtherMethod {
  MaskTerms mask;
  Scalar after;  ///< where the same Adam would have put the weight
};

struct WeightExplanation {
  std::string weight;  ///< "linear1.weight[12,40]"
  Index slot_weights;  ///< of its slot
  std::uint32_t step;
  std::vector<DomainTerms> domains;
  int n_plus, n_minus;    ///< domains whose gradient is above 0, below 0
  double agreement;       ///< s = |n_plus - n_minus| / E
  double mean, variance;  ///< gbar; unbiased, NaN for one domain
  MaskTerms mask;
  AdamTerms adam;
  std::vector<OtherMethod> others;  ///< what ERM and AND-mask would have done with the same gradients

  /// For a reader with a pocket calculator: one number a line and the formula that gives it from those above.
  std::string text() const;
  /// The same numbers and all examples, one JSON object in one line. What is not finite is a string: "inf",
  /// "nan".
  std::string json() const;
  /// Throws Error(internal) unless `made`, the weight after the engine's update, is `adam.after` to the last
  /// bit.
  void must_match(Scalar made) const;
};

/// The explanations of some weights in one update. Every example runs forward and back by itself, once for
/// all of them. Throws Error(internal) if a mask or a direction is not the engine's to the last bit: no
/// explanation rather than a wrong one.
std::vector<WeightExplanation> explain(const Update& update, const std::vector<WeightPlace>& weights);

}  // namespace sand::experiments
