#include "optim/combiners/pc_grad.h"

#include "optim/small_matrix.h"
#include "tensor/random.h"

namespace sand::optim {

CombinerCard PcGrad::card() {
  return {
      .name = "PCGrad",
      .about = "the sum, after each gradient gave up what conflicts with the others",
      .formula =
          "d = sum_i g_i', from g_i by g_i' -= min(0, g_i' . g_j) / abs(g_j)^2 g_j for j in random "
          "order",
      .source = "Yu et al. 2020, arXiv 2001.06782",
      .fewest_domains = 1,
      .sees = "Gram matrix",
      .make = [](const Hparams&, bool) -> std::unique_ptr<Combiner> { return std::make_unique<PcGrad>(); }};
}

Eigen::VectorXd PcGrad::weigh(const Weighing& of, Terms*) const {
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(of.domains());
  for (Index i = 0; i < of.domains(); ++i) {
    Random random(of.seed, kStream, of.step, static_cast<std::uint32_t>(i));
    Eigen::VectorXd own = Eigen::VectorXd::Unit(of.domains(), i);
    for (const std::uint32_t other : random.permutation(static_cast<std::uint32_t>(of.domains()))) {
      const auto j = static_cast<Index>(other);
      const double product = j == i ? 0.0 : dot(of.gram.col(j), own);
      if (product < 0) own[j] -= product / of.gram(j, j);
    }
    weights += own;
  }
  return weights;
}

}  // namespace sand::optim
