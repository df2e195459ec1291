#include "optim/combiners/trimmed_mean.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "optim/any_order.h"
#include "optim/option.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {
namespace {

using Columns = std::array<Scalar, Agreement::kColumns>;

/// Puts the smaller number of every column into `low`.
void order(Columns& low, Columns& high) {
  for (std::size_t j = 0; j < low.size(); ++j) {
    const Scalar a = low[j], b = high[j];
    low[j] = b < a ? b : a;
    high[j] = b < a ? a : b;
  }
}

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
  std::vector<Columns> rows(domains);  // to be sorted at both ends, column by column
  for (std::size_t e = 0; e < domains; ++e)
    std::copy_n(agreement.row(static_cast<int>(e)), n, rows[e].begin());
  for (std::size_t done = 0; done < trim; ++done) {
    const std::size_t last = domains - 1 - done;
    for (std::size_t e = done; e < last; ++e) order(rows[e], rows[e + 1]);      // the largest rises
    for (std::size_t e = last - 1; e > done; --e) order(rows[e - 1], rows[e]);  // the smallest sinks
  }
  const kernels::Rows kept{rows[trim].data(), Agreement::kColumns, static_cast<int>(domains - 2 * trim),
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
