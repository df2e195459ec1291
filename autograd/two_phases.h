// The pass of an objective that sees whole domains: all tiles forward, the objective on a small tape of its
// own, all tiles back.
#pragma once

#include <vector>

#include "autograd/domain_objective.h"
#include "autograd/passes.h"
#include "autograd/tile.h"
#include "tensor/ranks.h"

namespace sand {

/// The gradients of an objective with respect to the outputs of one domain, and to its features.
struct Seeds {
  Tensor outputs;   ///< [n, ...]
  Tensor features;  ///< [n, f], without data unless the objective sees features
};

/// Runs backward from the outputs of rows first .. first + rows - 1 of a domain, with its seeds.
void backward(Var outputs, const Seeds& seeds, Index first, Index rows);

class TwoPhases {
 public:
  /// A tile of a domain, and the row where its gradients are added. Tiles of one shard follow each other, and
  /// so do shards of one rank.
  struct Part {
    int domain, shard;
    int owner;  ///< rank that runs it
    Index first, rows;
    std::span<Scalar> gradient_row;
  };

  /// Phase 1, all tiles of this rank at once: each keeps its tape until backward(). Then ranks share outputs
  /// and features. Throws Error(usage) if the objective sees features and the network does not end with a
  /// linear layer.
  void forward(const Passes& passes, const std::vector<Part>& parts, const Batch& batch, std::uint64_t seed,
               bool features, const Threads& threads, const Ranks& ranks);
  /// Between the phases, the same on every rank: writes the domains' losses [E] and returns the value of the
  /// objective.
  double objective(const DomainObjective& objective, const Batch& batch, const Moment& at,
                   std::span<double> losses);
  /// Phase 2, of this rank's shards: one shard after the other's tiles, shards at once. Rows are the parts of
  /// E times the total gradient that pass through each domain's outputs, so their mean is the total gradient.
  void backward(const std::vector<Part>& parts, const Threads& threads, const Ranks& ranks);

  const Seeds& seeds(int domain) const { return seeds_[static_cast<std::size_t>(domain)]; }
  const Tape& tape() const { return small_; }  ///< of the objective
  double penalty() const { return penalty_; }

 private:
  std::vector<Tape> tapes_;                // one for every tile
  std::vector<Var> outputs_;               // of every tile of this rank
  std::vector<Tensor> values_, features_;  // of every domain
  std::vector<Seeds> seeds_;               // of every domain
  std::vector<RankBlock> blocks_;          // outputs and features that the ranks share
  Parameters none_;
  Tape small_;
  double penalty_ = 0;
};

/// The input of the network's last linear layer, from the pass that recorded `outputs`. Throws Error(usage)
/// if the last op is another.
Var features_of(Var outputs);

}  // namespace sand
