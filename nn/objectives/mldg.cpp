#include "nn/objectives/mldg.h"

#include <algorithm>
#include <cmath>

#include "nn/inner_adam.h"
#include "tensor/random.h"

namespace sand::nn {
namespace {

constexpr std::uint32_t kSplits = 0x6d6c6467;  // "mldg"

void add(std::span<const Scalar> from, Scalar factor, std::span<Scalar> to) {
  for (std::size_t j = 0; j < to.size(); ++j) to[j] += factor * from[j];
}

}  // namespace

Mldg::Mldg(const Hparams& h, std::unique_ptr<Objective> base)
    : SeveralPasses(std::move(base)),
      beta_(checked("MLDG", h, "mldg_beta")),
      rate_(checked("MLDG", h, "lr")),
      decay_(checked("MLDG", h, "weight_decay")),
      tests_(static_cast<int>(checked("MLDG", h, "n_meta_test", 1, 4096))) {
  check(h.at("n_meta_test") == tests_, [&] {
    return Error(Fault::usage, "MLDG: n_meta_test must be a whole number")
        .fact("found", std::to_string(h.at("n_meta_test")));
  });
}

void Mldg::fill(GradientTable& table, GradientsAt& gradients, const Moment& at) const {
  const int domains = table.domains(), trained = domains - tests_;
  const auto columns = static_cast<std::size_t>(table.columns());
  std::vector<Scalar> gradient(columns), moved(columns);
  for (int e = 0; e < domains; ++e) std::fill(table.row(e).begin(), table.row(e).end(), Scalar{0});
  const std::vector<std::uint32_t> order =
      Random(at.seed, kSplits, at.step).permutation(static_cast<std::uint32_t>(domains));
  const auto loss = [&](int e) -> double& { return table.losses()[static_cast<std::size_t>(e)]; };

  double total = 0;
  table.penalty = 0;
  for (int pair = 0; pair < trained; ++pair) {
    const int i = static_cast<int>(order[static_cast<std::size_t>(pair)]);
    const int j = static_cast<int>(order[static_cast<std::size_t>(trained + pair % tests_)]);
    const Index rows = std::min(gradients.rows(i), gradients.rows(j));
    loss(i) = gradients(i, rows, gradients.weights(), gradient);
    add(gradient, 1, table.row(i));
    InnerAdam adam(columns);
    std::copy(gradients.weights().begin(), gradients.weights().end(), moved.begin());
    adam.step(gradient, rate_, decay_, moved);
    loss(j) = gradients(j, rows, moved, gradient);
    add(gradient, static_cast<Scalar>(beta_), table.row(j));
    total += loss(i);
    table.penalty += loss(j) / domains;
  }
  for (int test = trained; test < tests_; ++test) {  // those without a pair
    const int e = static_cast<int>(order[static_cast<std::size_t>(trained + test)]);
    loss(e) = gradients(e, gradients.rows(e), gradients.weights(), gradient);
  }
  table.objective = total / domains + beta_ * table.penalty;
}

}  // namespace sand::nn
