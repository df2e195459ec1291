// The engine: a batch of several domains in, one gradient per domain out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "autograd/gradient_table.h"
#include "autograd/objective.h"
#include "autograd/passes.h"
#include "autograd/several_passes.h"
#include "autograd/two_phases.h"
#include "tensor/batch.h"
#include "tensor/ranks.h"
#include "tensor/threads.h"

namespace sand {

class GradientsElsewhere;

/// Settings of DomainGradients.
struct DomainGradientsOptions {
  /// Number of examples in one forward and backward pass; their activations should fit a core's cache
  Index tile_rows = 64;
  int shards = 16;             ///< largest number of shards of a batch; each domain has at least one
  std::uint64_t seed = 0;      ///< seed of dropout
  Threads threads{};           ///< of the passes; results do not depend on them
  std::vector<Slot> frozen{};  ///< their gradients count as 0
  Ranks ranks{};               ///< every rank calls the engine with the same batches

  /// The number of shards for `rows` rows of one domain, in a batch of `domains` domains.
  Index shards_of(Index rows, int domains) const;
};

/// Cuts each domain's rows into shards. A shard is the unit of parallel work: sequential code on one core
/// that runs forward, loss and backward, tile by tile, and writes its own row of gradients. The rows of one
/// domain are then added in the order of its shards. Cut and order depend only on the options and the row
/// counts, so the bits do not depend on threads or ranks. A rank runs a range of the shards; then rows and
/// losses are shared, and every rank has the whole table. An objective that sees whole domains runs in two
/// phases (autograd/two_phases.h); one that needs several passes makes them one after the other, each with
/// all threads and ranks (autograd/several_passes.h).
class DomainGradients {
 public:
  /// `network` is called as network(x, draw); it and `parameters` must outlive the engine.
  /// Throws Error(usage) unless tile_rows and shards are positive.
  template <class Net>
  DomainGradients(const Net& network, const Parameters& parameters,
                  const DomainGradientsOptions& options = {})
      : DomainGradients(Network([&network](Var x, const Draw& draw) { return network(x, draw); }), parameters,
                        options) {}
  /// The same for a function.
  DomainGradients(Network network, const Parameters& parameters, const DomainGradientsOptions& options);
  ~DomainGradients();

  /// The gradients at the parameters' current values; valid until the next call. Allocates nothing after the
  /// first call with a batch size. Throws Error(usage) for a batch that does not fit the network and, in the
  /// first call, for an objective whose tiles do not add up. If a loss is not finite, throws the error of
  /// check_every_op.
  const GradientTable& operator()(const Batch& batch, const Objective& objective);
  /// The same, but losses that are not finite are returned.
  const GradientTable& unchecked(const Batch& batch, const Objective& objective);

  /// Runs the last batch again, one tile after the other, and checks every number; call it before the weights
  /// change. Throws Error(non_finite) if a loss or a gradient is not finite: the error names the step, the
  /// domain, the first op at fault, its direction (forward or backward), and the range of its inputs.
  void check_every_op(const Batch& batch, const Objective& objective) const;

  /// Passes over batches of one domain keep or hold the sides of kinks, a SidesOfPass for each tile. Null: as
  /// they are.
  void use_sides(std::vector<SidesOfPass>* sides) { sides_ = sides; }

  /// What an objective over domains carries to the next step. A checkpoint keeps it.
  const std::vector<double>& carried() const { return carried_; }
  /// Continues from such numbers of a checkpoint.
  void resume(std::vector<double> carried) { carried_ = std::move(carried); }
  /// The gradients of the last objective over domains by the outputs and features of a domain.
  const Seeds& seeds(int domain) const { return phases_.seeds(domain); }

 private:
  struct Shard {
    int domain;
    Index first, rows;
    int spare;  // index of the spare row for its gradient; -1: the domain's own row of the table
    double loss = 0;
    int owner = 0, head = 0;  // the rank that runs it; the rank of the domain's first shard
  };
  void cut(const Batch& batch);
  void assign_ranks();
  void check_tiling(const Batch& batch, const Objective& objective) const;
  std::span<Scalar> row_of(const Shard& shard);
  void run_shards(const Batch& batch, const Objective& objective, const Threads& threads);
  void make_rows();
  void run_two_phases(const Batch& batch, const DomainObjective& objective, const Threads& threads);
  void run(Shard& shard, const Batch& batch, const Objective& objective, Tape& tape);
  void run_once(const Batch& batch, const Objective& objective);
  void run_several(const Batch& batch, const SeveralPasses& objective);
  void check_objective(std::uint32_t step, const DomainObjective& objective) const;
  void share_rows();
  void fold(const Threads& threads, bool shared);
  void sum_losses();

  const Parameters& parameters_;
  DomainGradientsOptions options_;
  Passes passes_;
  bool tiling_checked_ = false;
  std::vector<SidesOfPass>* sides_ = nullptr;
  std::vector<Shard> shards_;
  std::optional<GradientTable> table_;
  TwoPhases phases_;
  std::vector<double> carried_;
  std::unique_ptr<GradientsElsewhere> elsewhere_;  // of an objective that needs several passes
  std::optional<GradientTable> spare_rows_;        // for every shard except the first of each domain
  std::vector<RankBlock> blocks_;                  // rows and losses that the ranks share
};

}  // namespace sand
