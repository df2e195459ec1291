// The engine: a batch of several domains in, one gradient per domain out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "autograd/gradient_table.h"
#include "autograd/objective.h"
#include "autograd/passes.h"
#include "tensor/batch.h"
#include "tensor/threads.h"

namespace sand {

struct DomainGradientsOptions {
  /// examples that go forward and back together; their activations should fit a core's cache
  Index tile_rows = 64;
  int shards = 16;         ///< largest number of shards of a batch; each domain has at least one
  std::uint64_t seed = 0;  ///< of dropout
  Threads threads{};

  /// Into how many shards the rows of one of the domains of a batch are cut.
  Index shards_of(Index rows, int domains) const;
};

/// Cuts each domain's rows into shards. A shard is the unit of parallel work: plain sequential code on one
/// core that runs forward, loss and backward, tile by tile, into a row of its own. Rows of one domain are
/// then added in the order of its shards. The cut depends on the options and the row counts only, never on
/// threads, so neither do the bits.
class DomainGradients {
 public:
  /// `network` is called as network(x, draw); it and `parameters` must outlive the engine.
  /// Throws Error(usage) unless tile_rows and shards are positive.
  template <class Net>
  DomainGradients(const Net& network, const Parameters& parameters,
                  const DomainGradientsOptions& options = {})
      : DomainGradients(Network([&network](Var x, const Draw& draw) { return network(x, draw); }), parameters,
                        options) {}
  DomainGradients(Network network, const Parameters& parameters, const DomainGradientsOptions& options);

  /// The gradients at the parameters' present values; valid until the next call. After the first call of a
  /// size nothing is allocated. Throws Error(usage) for a batch that does not fit the network, and in the
  /// first call for an objective whose tiles do not add up; and what check_every_op throws where a loss is
  /// not finite.
  const GradientTable& operator()(const Batch& batch, const Objective& objective);

  /// The last batch once more, one tile after the other and with a look at every number, while the weights
  /// have not moved. Throws Error(non_finite) where a loss or a gradient is not finite: names step, domain
  /// and the first op at fault, whether it went forward or backward, and the range of what it was given.
  void check_every_op(const Batch& batch, const Objective& objective) const;

 private:
  struct Shard {
    int domain;
    Index first, rows;
    int spare;  // which spare row receives its gradient; -1: the domain's own row of the table
    double loss;
  };
  void cut(const Batch& batch);
  void check_tiling(const Batch& batch, const Objective& objective) const;
  void run(Shard& shard, const Batch& batch, const Objective& objective, Tape& tape);
  void fold(const Threads& threads);

  const Parameters& parameters_;
  DomainGradientsOptions options_;
  Passes passes_;
  bool tiling_checked_ = false;
  std::vector<Shard> shards_;
  std::optional<GradientTable> table_;
  std::optional<GradientTable> spare_rows_;  // of every shard but the first of its domain
};

}  // namespace sand
