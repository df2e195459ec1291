#include "optim/combiners/grad_drop.h"

#include <array>
#include <cmath>

#include "optim/draws.h"
#include "optim/option.h"

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
  constexpr std::size_t kColumns = Agreement::kColumns;
  const auto n = static_cast<std::size_t>(agreement.columns());
  const int domains = agreement.domains();
  check_one_each("GradDrop", "leak", leak_, domains);
  std::array<double, kColumns> u, sizes{}, positive{}, negative{}, leaked{};
  uniform_by_column(agreement, kStream, u);
  for (int e = 0; e < domains; ++e) {
    const Scalar* g = agreement.row(e);
    const double leak = leak_.empty() ? 0.0 : leak_[static_cast<std::size_t>(e)];
    for (std::size_t j = 0; j < n; ++j) {
      const double number = g[j], kept = (1 - leak) * number;
      sizes[j] += std::fabs(number);
      positive[j] += number > 0 ? kept : 0.0;
      negative[j] += number < 0 ? kept : 0.0;
      leaked[j] += leak * number;
    }
  }
  for (std::size_t j = 0; j < n; ++j) {
    const double mean = agreement.mean(static_cast<int>(j));
    const double purity = sizes[j] == 0 ? 0.5 : (1 + mean * domains / sizes[j]) / 2;
    const double chosen = purity > u[j] ? positive[j] : purity < u[j] ? negative[j] : mean * 0;
    values[j] = static_cast<Scalar>(leaked[j] + chosen + 0 * mean);  // NaN and infinity pass
    if (!terms) continue;
    terms->add("purity", "P", purity, "(1 + gbar E / sum_e |g_e|) / 2, the share of positive gradients");
    terms->add("uniform", "U", u[j], "a random number from (0, 1)");
    terms->add_scalar("average", "a", values[j],
                      purity > u[j] ? "the sum of the g_e above 0, since P > U, and the leaks"
                                    : "the sum of the g_e below 0, since P < U, and the leaks");
  }
}

}  // namespace sand::optim
