// Objectives over domains that predict numbers (squared error) or labels, in place of classes.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/nn/objectives/whole_domains.h"

using namespace sand;
using namespace sand::testing;

namespace {

/// Random domains of two numbers, or of two labels, for each row.
std::vector<WholeDomain> domains_of(bool labels) {
  std::vector<WholeDomain> domains = random_domains({6, 5, 8}, 2, 3, 17);
  Random random(5);
  for (WholeDomain& domain : domains) {
    domain.values = Tensor(domain.outputs.shape());
    for (Index i = 0; i < domain.values.size(); ++i)
      domain.values[i] = labels ? static_cast<Scalar>(random.below(2)) : static_cast<Scalar>(random.normal());
    domain.labels.clear();
  }
  return domains;
}

std::unique_ptr<Objective> base_of(bool labels) {
  if (labels) return std::make_unique<nn::MultiLabelCrossEntropy>();
  return std::make_unique<nn::SquaredError>();
}

}  // namespace

TEST_CASE("IRM's penalty of squared error is the square of mean 2 (x - t) x, or a product of two halves") {
  std::vector<WholeDomain> domains = random_domains({3}, 1, 1, 1);
  domains[0].outputs = Tensor({3, 1}, std::vector<Scalar>{1, 2, 3});
  domains[0].values = Tensor({3, 1}, std::vector<Scalar>{0, 1, 5});
  // 2 (x - t) x = 2, 4, -12
  for (const double halves : {0.0, 1.0}) {
    Hparams hparams = without_annealing(card_of("IRM"));
    hparams["irm_halves"] = halves;
    std::vector<double> carried;
    const auto objective = card_of("IRM").make(hparams, base_of(false));
    CHECK(evaluate(*objective, domains, carried).penalty == doctest::Approx(halves == 0 ? 4.0 : -5.0 * 4.0));
  }
}

TEST_CASE("Every objective over domains has the gradient of its value for numbers and labels, in double") {
  if (sizeof(Scalar) == 4) return;  // differences need the digits of double
  for (const nn::DomainObjectiveCard& card : whole_domain_cards())
    for (const bool labels : {false, true}) {
      const std::string name = card.name;
      CAPTURE(name);
      if (!labels && card.not_for_numbers != nullptr) continue;
      if (name == "EQRM" || name == "GroupDRO" || name == "Fishr")
        continue;  // hold parts of their value fixed
      const auto objective = card.make(without_annealing(card), base_of(labels));
      std::vector<WholeDomain> domains = domains_of(labels);
      std::vector<double> carried;
      evaluate(*objective, domains, carried);
      double worst = 0, largest = 1e-3;
      for (std::size_t e = 0; e < domains.size(); ++e)
        for (Index i = 0; i < domains[e].by_outputs.size(); ++i) {
          constexpr double kStep = 1e-5;
          double values[2];
          for (const int side : {0, 1}) {
            std::vector<WholeDomain> moved = domains_of(labels);
            moved[e].outputs[i] += static_cast<Scalar>(side ? kStep : -kStep);
            std::vector<double> none;
            values[side] = evaluate(*objective, moved, none).objective;
          }
          const double expected = (values[1] - values[0]) / (2 * kStep);
          worst = std::max(worst, std::fabs(static_cast<double>(domains[e].by_outputs[i]) - expected));
          largest = std::max(largest, std::fabs(expected));
        }
      CHECK(worst / largest < 1e-7);
    }
}

TEST_CASE("Fishr on numbers compares the variances of the gradients of the last layer") {
  std::vector<WholeDomain> domains = random_domains({2, 2}, 1, 1, 1);
  for (std::size_t e : {0, 1}) {
    domains[e].outputs = Tensor({2, 1}, std::vector<Scalar>{1, 3});
    domains[e].values = Tensor({2, 1}, std::vector<Scalar>{0, e == 0 ? Scalar(2) : Scalar(0)});
    domains[e].features = Tensor({2, 1}, std::vector<Scalar>{1, 1});
  }
  Hparams hparams = without_annealing(card_of("Fishr"));
  hparams["ema"] = 0;
  const auto objective = card_of("Fishr").make(hparams, base_of(false));
  std::vector<double> carried;
  // slopes 2 (x - t): 2, 2 with variance 0, and 2, 6 with variance 4, for weight and bias: mean (0 - 2)^2
  CHECK(evaluate(*objective, domains, carried).penalty == doctest::Approx(4));
}

TEST_CASE("A batch without the targets of its loss is refused") {
  std::vector<WholeDomain> domains = random_domains({3, 3}, 2, 3, 1);
  std::vector<double> carried;
  const auto objective = card_of("IRM").make(without_annealing(card_of("IRM")), base_of(true));
  CHECK_THROWS_AS(evaluate(*objective, domains, carried), Error);
}
