#include "optim/combiners/grad_drop.h"

#include <algorithm>
#include <string>

#include "optim/any_order.h"
#include "optim/draws.h"
#include "optim/option.h"
#include "tensor/kernels/kernels.h"

namespace sand::optim {

CombinerCard GradDrop::card() {
  return {.name = "GradDrop",
          .about = "the gradients of one sign, drawn by their share",
          .formula =
              "d = sum of the g_e above 0 if P > U, else of those below 0; P = (1 + sum_e g_e / sum_e "
              "abs(g_e)) / 2, U ~ U(0, 1)",
          .source = "Chen et al. 2020, arXiv 2010.06808",
          .fewest_domains = 1,
          .hparams = {{.name = "leak",
                       .standard = 0,
                       .draw = HparamRule::Draw::fixed,
                       .low = 0,
                       .high = 0,
                       .range = "[0, 1] for every domain",
                       .meaning = "share of a domain's gradient that always passes",
                       .is_list = true,
                       .without_list = "0"}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<GradDrop>(GradDropOptions{.leak = list_of(h, "leak")});
          }};
}

GradDrop::GradDrop(const GradDropOptions& options) : ByColumn(1, Mask::none), leak_(options.leak) {
  for (const double leak : leak_) Option{"GradDrop", "leak", leak}.must(leak >= 0 && leak <= 1, "in [0, 1]");
}

void GradDrop::average(const Agreement& agreement, std::span<Scalar> values, Terms* terms) const {
  const auto n = static_cast<std::size_t>(agreement.columns());
  const int domains = agreement.domains();
  check_one_each("GradDrop", "leak", leak_, domains);
  NumberByColumn uniform, positive, negative, above, below;  // sums of the gradients above and below 0
  uniform_by_column(agreement, kStream, uniform);
  for (std::size_t j = 0; j < n; ++j) {  // their grids
    above[j] = grid(std::max<double>(agreement.greatest(static_cast<int>(j)), 0), domains);
    below[j] = grid(std::max<double>(-agreement.least(static_cast<int>(j)), 0), domains);
  }
  kernels::chosen().sums_by_sign(agreement.rows(), above.data(), below.data(), positive.data(),
                                 negative.data());
  for (std::size_t j = 0; j < n; ++j) {
    const double size = positive[j] - negative[j], purity = size > 0 ? positive[j] / size : 0.5;
    const bool takes_positive = purity > uniform[j];
    double chosen = takes_positive ? positive[j] : negative[j];
    if (!leak_.empty()) chosen = with_leaks(agreement, static_cast<int>(j), takes_positive);
    const double mean = agreement.mean(static_cast<int>(j));
    values[j] = static_cast<Scalar>(chosen + 0 * mean);  // NaN and infinity pass
    if (!terms) continue;
    terms->add("purity", "P", purity, "(1 + sum_e g_e / sum_e |g_e|) / 2, the share of positive gradients");
    terms->add("uniform", "U", uniform[j], "a random number from (0, 1)");
    const std::string leaks = leak_.empty() ? "" : ", and the leaks of all others";
    terms->add_scalar("average", "a", values[j],
                      (takes_positive ? "the sum of the g_e above 0, since P > U"
                                      : "the sum of the g_e below 0, since P <= U") +
                          leaks);
  }
}

double GradDrop::with_leaks(const Agreement& agreement, int j, bool takes_positive) const {
  double sum = 0;
  for (int e = 0; e < agreement.domains(); ++e) {
    const double number = agreement.row(e)[j];
    const bool taken = takes_positive ? number > 0 : number < 0;
    sum += (taken ? 1.0 : leak_[static_cast<std::size_t>(e)]) * number;
  }
  return sum;
}

}  // namespace sand::optim
