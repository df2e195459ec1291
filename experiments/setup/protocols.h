// The training protocol of a paper: all settings of a run except data, algorithm and seeds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "domains/sampler.h"
#include "experiments/setup/hparams.h"
#include "nn/mlp.h"

namespace sand::experiments {

struct Protocol {
  const char* name;
  const char* about;
  nn::Activation activation;
  nn::Initializer initializer;
  const char* objective;    ///< the name of its card
  domains::Order order;     ///< how batches are drawn
  int steps, record_every;  ///< these and the next are defaults: Settings holds a run's own values
  double holdout_fraction;
  /// Share of the steps after which the learning rate is multiplied by decay_factor; 1: never.
  double decay_at;
  double decay_factor;
  std::vector<int> test_domains;
  std::vector<HparamRule> hparams;  ///< lr, weight_decay, batch_size (per domain), mlp_width, mlp_depth
                                    ///< (hidden layers), mlp_dropout, data_augmentation (of photos: 1 or 0)
  /// Defaults that the paper chose for an algorithm, in place of the algorithm's and those above.
  std::map<std::string, Hparams> tuned = {};
  /// The optimizer that the paper used for an algorithm, by its name in optim::optimizers(); others: adam.
  std::map<std::string, const char*> optimizers = {};
};

/// `name` is "domainbed", "ilc", "irm", "lut" or "auto", the protocol of the paper that made the data set.
/// Throws Error(usage) with a suggestion, and for "lut" with any data set but the linear unit tests.
Protocol protocol_for(const std::string& name, const std::string& data_set);

}  // namespace sand::experiments
