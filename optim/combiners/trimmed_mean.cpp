#include "optim/combiners/trimmed_mean.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "optim/any_order.h"
#include "optim/option.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {
namespace {

using Columns = std::array<Scalar, Agreement::kColumns>;

/// The smaller and the larger number of every column; four different blocks, so that this is one pass of
/// vectors.
void order(const Columns& __restrict a, const Columns& __restrict b, std::size_t columns,
           Columns& __restrict low, Columns& __restrict high) {
  for (std::size_t j = 0; j < columns; ++j) {
    low[j] = b[j] < a[j] ? b[j] : a[j];
    high[j] = b[j] < a[j] ? a[j] : b[j];
  }
}

/// Rows of a block of columns.
class Sorter {
 public:
  explicit Sorter(const Agreement& agreement)
      : columns_(static_cast<std::size_t>(agreement.columns())),
        rows_(new Columns[static_cast<std::size_t>(agreement.domains())]) {  // not zeroed
    for (int e = 0; e < agreement.domains(); ++e)
      std::copy_n(agreement.row(e), columns_, rows_[static_cast<std::size_t>(e)].begin());
  }
  const Columns& row(std::size_t e) const { return rows_[e]; }

  /// Column by column: moves the largest number of rows first .. last to the last, then the smallest to the
  /// first.
  void sort_ends(std::size_t first, std::size_t last) {
    Columns carried[2];
    std::copy_n(rows_[first].begin(), columns_, carried[0].begin());
    std::size_t at = 0;
    for (std::size_t e = first; e < last; ++e, at = 1 - at)
      order(carried[at], rows_[e + 1], columns_, rows_[e], carried[1 - at]);
    std::copy_n(carried[at].begin(), columns_, rows_[last].begin());
    std::copy_n(rows_[last - 1].begin(), columns_, carried[at].begin());
    for (std::size_t e = last - 1; e > first; --e, at = 1 - at)
      order(carried[at], rows_[e - 1], columns_, carried[1 - at], rows_[e]);
    std::copy_n(carried[at].begin(), columns_, rows_[first].begin());
  }

 private:
  std::size_t columns_;
  std::unique_ptr<Columns[]> rows_;
};

}  // namespace

CombinerCard TrimmedMean::card() {
  return {.name = "TrimmedMean",
          .about = "the mean without the trim_number largest and smallest gradients",
          .formula = "d = the mean of the E - 2 trim_number gradients in the middle",
          .source = "Yin et al. 2018, arXiv 1803.01498",
          .fewest_domains = 3,
          .hparams = {{"trim_number", 1, HparamRule::Draw::fixed, 0, 0, "whole, at least 0",
                       "gradients left out at each end"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<TrimmedMean>(TrimmedMeanOptions{.trim_number = h.at("trim_number")});
          }};
}

TrimmedMean::TrimmedMean(const TrimmedMeanOptions& options)
    : ByColumn(2 * Option{"TrimmedMean", "trim_number", options.trim_number}.whole(0, 1000) + 1, Mask::none),
      trim_(static_cast<int>(options.trim_number)) {}

void TrimmedMean::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  const auto domains = static_cast<std::size_t>(agreement.domains()), trim = static_cast<std::size_t>(trim_);
  const auto n = static_cast<std::size_t>(agreement.columns());
  Sorter sorter(agreement);
  for (std::size_t done = 0; done < trim; ++done) sorter.sort_ends(done, domains - 1 - done);
  const kernels::Rows kept{sorter.row(trim).data(), Agreement::kColumns, static_cast<int>(domains - 2 * trim),
                           agreement.columns()};  // in no order, so they are summed on a grid
  std::array<int, Agreement::kColumns> balance;
  Columns least, greatest;
  std::array<double, Agreement::kColumns> step, sum;
  kernels::chosen().signs_and_range(kept, balance.data(), least.data(), greatest.data());
  for (std::size_t j = 0; j < n; ++j)
    step[j] = grid(std::max(-static_cast<double>(least[j]), static_cast<double>(greatest[j])), kept.rows);
  kernels::chosen().sum_on_grid(kept, step.data(), sum.data());
  const double share = 1.0 / kept.rows;
  for (std::size_t j = 0; j < n; ++j) {
    const double mean = agreement.mean(static_cast<int>(j));
    values[j] = static_cast<Scalar>(std::isfinite(mean) ? sum[j] * share : mean);
  }
  if (!terms) return;
  terms->setting("trim_number", trim_);
  terms->add_scalar("average", "a", values[0], "the mean without the trim_number largest and smallest g_e");
}

}  // namespace sand::optim
