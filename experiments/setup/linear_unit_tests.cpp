#include "experiments/setup/linear_unit_tests.h"

namespace sand::experiments {
namespace {

using Drawn = HparamRule::Draw;

struct Rates {
  double lr, weight_decay;
};

Hparams with(const Rates& rates, Hparams more = {}) {
  more["lr"] = rates.lr;
  more["weight_decay"] = rates.weight_decay;
  return more;
}

/// The paper's choices for three domains, of 20 draws, by the error on validation rows.
struct Chosen {
  Rates erm, oracle, irm, iga, and_mask;
  double irm_lambda, penalty, tau;
};

Chosen chosen_for(const std::string& example) {
  constexpr Rates a{6.95424220e-4, 8.02470984e-3}, b{3.92014324e-3, 1.71595119e-6},
      c{5.15084851e-3, 1.59197324e-3}, d{2.19791531e-3, 2.66817385e-3}, e{1.61257680e-4, 1.59876229e-5},
      f{1.17091241e-4, 7.18994760e-6}, g{4.93446319e-4, 8.21418319e-6}, h{6.47224461e-3, 1.15431915e-3};
  constexpr Rates fast{0.15367523, 1.96395333e-5}, faster{0.418899503, 0.0672833146};
  if (example == "1") return {a, a, e, f, fast, 0.666692693, 12874.3683, 0.952047955};
  if (example == "1s") return {c, a, e, f, faster, 0.666692693, 12874.3683, 0.937645024};
  if (example == "2") return {b, b, b, g, fast, 0.887112101, 11.2090777, 0.952047955};
  if (example == "2s")
    return {{9.17553703e-4, 3.47377215e-4}, b,          h,          g,
            {4.83614846e-3, 0.759515555},   0.92785473, 11.2090777, 0.922656005};
  if (example == "3") return {b, d, a, c, faster, 0.954725249, 2373.41345, 0.937645024};
  return {
      b,          d,          {1.09558897e-3, 6.81703459e-3}, h, {3.76610460e-3, 0.0716472569}, 0.991705347,
      5661.09543, 0.941812802};
}

}  // namespace

Protocol linear_unit_tests(const std::string& data_set) {
  std::string example = data_set.substr(std::string("LinearExample").size());  // "1s-Oracle"
  const bool oracle = example.find('-') != std::string::npos;
  example = example.substr(0, example.find('-'));
  const bool regression = example.starts_with('1');
  const Chosen chosen = chosen_for(example);
  return {.name = "lut",
          .about = "Aubin et al. 2021, arXiv 2102.10867: linear unit tests, full batch",
          .activation = nn::Activation::relu,
          .initializer = nn::Initializer::pytorch,
          .objective = regression ? "SquaredError" : "BinaryCrossEntropy",
          .order = domains::Order::everything,
          .steps = 10000,
          .record_every = 1000,
          .holdout_fraction = 0,
          .decay_at = 1,
          .decay_factor = 1,
          .test_domains = {3, 4, 5, 6, 7, 8},  // validation and test rows
          .hparams = {{"lr", 1e-3, Drawn::power_of_10, -4, -2},
                      {"weight_decay", 0, Drawn::power_of_10, -6, -2},
                      {"batch_size", 10000, Drawn::fixed, 0, 0},
                      {"mlp_width", 1, Drawn::fixed, 0, 0},
                      {"mlp_depth", 0, Drawn::fixed, 0, 0},
                      {"mlp_dropout", 0, Drawn::fixed, 0, 0}},
          .tuned = {{"ERM", with(oracle ? chosen.oracle : chosen.erm)},
                    {"IRM", with(chosen.irm, {{"irm_lambda", chosen.irm_lambda},
                                              {"irm_penalty_anneal_iters", 0},
                                              {"irm_halves", 0},
                                              {"irm_shift", 1},
                                              {"irm_share", 1}})},
                    {"IGA", with(chosen.iga, {{"penalty", chosen.penalty}})},
                    {"ANDMask",
                     with(chosen.and_mask, {{"tau", chosen.tau}, {"rescale", 0}, {"unit_matrices", 1}})}},
          .optimizers = {{"ANDMask", "sgd"}}};
}

}  // namespace sand::experiments
