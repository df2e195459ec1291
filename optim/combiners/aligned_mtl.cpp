#include "optim/combiners/aligned_mtl.h"

#include <cmath>
#include <limits>

#include "optim/option.h"
#include "optim/preference.h"
#include "optim/small_matrix.h"

namespace sand::optim {

CombinerCard AlignedMtl::card() {
  return {.name = "AlignedMTL",
          .about = "the mean, after all components of the gradients became equally strong",
          .formula =
              "d = sum_e w_e g_e, w = sqrt(sigma) G^(-1/2) u, sigma = the least eigenvalue of G, u = 1 / E",
          .source = "Senushkin et al. 2023, Independent component alignment for multi-task learning, CVPR",
          .fewest_domains = 1,
          .sees = "Gram matrix",
          .hparams = {pref_vector_rule(),
                      {.name = "scale_mode",
                       .standard = 0,
                       .draw = HparamRule::Draw::fixed,
                       .low = 0,
                       .high = 0,
                       .range = "min, median or rmse",
                       .meaning = "eigenvalue to scale to: the least, the median, the mean",
                       .words = {"min", "median", "rmse"}}},
          .make = [](const Hparams& h, bool) -> std::unique_ptr<Combiner> {
            return std::make_unique<AlignedMtl>(AlignedMtlOptions{
                .pref_vector = list_of(h, "pref_vector"),
                .scale_mode = static_cast<AlignedMtlOptions::ScaleMode>(h.at("scale_mode"))});
          }};
}

AlignedMtl::AlignedMtl(const AlignedMtlOptions& options) : ByWeighting(1), options_(options) {
  check_preference("AlignedMTL", options.pref_vector);
}

Eigen::VectorXd AlignedMtl::weigh(const Weighing& of, Terms* terms) const {
  const Index domains = of.domains();
  const Eigen::VectorXd u =
      preference_or(1.0 / static_cast<double>(domains), name(), options_.pref_vector, domains);
  const Eigenpairs pairs = eigenpairs(of.gram);
  const Index rank = pairs.rank(std::numeric_limits<float>::epsilon() * static_cast<double>(domains));
  if (rank == 0) return u;
  double scale = pairs.values[rank - 1], sum = 0;
  for (Index k = 0; k < rank; ++k) sum += pairs.values[k];
  if (options_.scale_mode == AlignedMtlOptions::ScaleMode::median) scale = pairs.values[rank / 2];
  if (options_.scale_mode == AlignedMtlOptions::ScaleMode::rmse) scale = sum / static_cast<double>(rank);
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(domains);
  for (Index k = 0; k < rank; ++k)
    weights += std::sqrt(scale / pairs.values[k]) * dot(pairs.vectors.col(k), u) * pairs.vectors.col(k);
  if (terms) {
    terms->add("rank", "rank", static_cast<double>(rank), "eigenvalues of G that are not 0");
    terms->add("scale", "sigma", scale, "the eigenvalue to which all are scaled");
  }
  return weights;
}

}  // namespace sand::optim
