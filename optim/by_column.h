// The base of combiners that treat each weight separately: cuts the table into blocks, applies the mask and
// the rescale.
#pragma once

#include <span>
#include <vector>

#include "optim/agreement.h"
#include "optim/combiner.h"

namespace sand::optim {

/// direction_j = m_j * a_j, where a method defines m (its mask) and a (one number for the domains'
/// gradients); without a mask, direction_j = a_j. With `rescaled`, every slot is then multiplied by 1 /
/// (1e-10 + mean of m over the slot). This keeps the length of a step if few weights are open. It also
/// amplifies the open weights of a nearly closed slot: a single open weight among n gets n times its
/// gradient.
class ByColumn : public Combiner {
 public:
  const Direction& combine(const GradientTable& table, const Threads& threads = Threads()) final;
  Terms explain(const GradientTable& table, Index column) const final;

 protected:
  /// Whether a method has a mask, and whether it is rescaled.
  enum class Mask { none, plain, rescaled };
  /// `fewest_domains` is the smallest E.
  ByColumn(int fewest_domains, Mask mask) : fewest_domains_(fewest_domains), mask_(mask) {}
  /// Writes a of every column, by default the mean. If `terms` is set, also adds the parts of a, and a.
  virtual void average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const;

 private:
  /// Looks at the whole table before its columns.
  virtual void prepare(const GradientTable&, const Threads&) {}
  /// Writes m of every column, in [0, 1]. If `terms` is set there is one column; also adds the settings, the
  /// parts of m, and m. Only for methods with a mask.
  virtual void open(Agreement&, std::span<Scalar>, Terms*) const {}

  /// Columns of one slot: the unit of work of a thread.
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
  Mask mask_;
  Direction direction_;
  std::vector<Extent> extents_;        // slots of the table that the members below fit
  std::vector<Chunk> chunks_;          // in ascending order of columns
  std::vector<double> openings_;       // sum of m, one per block of Agreement::kColumns columns of a slot
  std::vector<double> mean_openings_;  // one for every slot
  std::vector<Scalar> scales_;         // one for every slot
};

}  // namespace sand::optim
