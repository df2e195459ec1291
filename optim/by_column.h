// What the combiners share that look at one weight at a time: cutting the table into blocks, the mask, the
// rescale.
#pragma once

#include <span>
#include <vector>

#include "optim/agreement.h"
#include "optim/combiner.h"

namespace sand::optim {

/// direction_j = m_j * a_j, where a method says what m (its mask) and a (an average over the domains) are.
/// With `rescale` every slot is then multiplied by 1 / (1e-10 + mean of m over the slot), which keeps the
/// length of a step where few weights are open, and makes a nearly closed slot amplify its few survivors: one
/// survivor among n weights gets n times its gradient.
class ByColumn : public Combiner {
 public:
  const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) final;
  Terms explain(const GradientTable& table, Index column) const final;

 protected:
  ByColumn(int fewest_domains, bool rescale) : fewest_domains_(fewest_domains), rescale_(rescale) {}

 private:
  /// Writes m of every column, in [0, 1]. Where `terms` are wanted there is one column: settings, what m is
  /// made of, m.
  virtual void open(Agreement& agreement, std::span<Scalar> mask, Terms* terms) const = 0;
  /// Writes a of every column: the mean, unless the method knows better. Where `terms` are wanted: what a is
  /// made of, a.
  virtual void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const;

  /// Columns of one slot that one thread takes at once.
  struct Chunk {
    Index first, columns;
    std::size_t slot, first_block;
  };
  struct Extent {
    Index first, columns;
    friend bool operator==(const Extent&, const Extent&) = default;
  };
  void lay_out(const GradientTable& table);
  void combine(const GradientTable& table, const Chunk& chunk);

  int fewest_domains_;
  bool rescale_;
  Direction direction_;
  std::vector<Extent> extents_;   // of the slots that the rest is laid out for
  std::vector<Chunk> chunks_;     // in ascending order of columns
  std::vector<double> openings_;  // sum of m, one for every block of Agreement::kColumns columns of a slot
  std::vector<double> mean_openings_;  // one for every slot
  std::vector<Scalar> scales_;         // one for every slot
};

}  // namespace sand::optim
