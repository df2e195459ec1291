#include "autograd/ops/risk_quantile.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

/// The losses, and what follows from them by libm.
struct KernelDensity {
  std::vector<double> losses;
  double mean = 0, deviation = 0, bandwidth = 0;

  explicit KernelDensity(const Tensor& x) {
    for (const Scalar loss : x.view().numbers()) losses.push_back(static_cast<double>(loss));
    const double count = static_cast<double>(losses.size());
    for (const double loss : losses) mean += loss / count;
    for (const double loss : losses) deviation += (loss - mean) * (loss - mean) / (count - 1);
    deviation = std::sqrt(deviation);
    bandwidth = 1.06 * deviation * std::pow(count, -0.2);
  }
  double share_below(double k) const {
    double sum = 0;
    for (const double loss : losses) sum += 0.5 * std::erfc((loss - k) / bandwidth / std::sqrt(2.0));
    return sum / static_cast<double>(losses.size());
  }
  double least() const { return *std::min_element(losses.begin(), losses.end()); }
  double greatest() const { return *std::max_element(losses.begin(), losses.end()); }
};

std::vector<Tensor> leaf_of(const std::vector<Scalar>& numbers) {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{static_cast<Index>(numbers.size())}, numbers);
  return leaves;
}

Scalar quantile_of(const std::vector<Tensor>& leaves, double alpha) {
  return value_of(leaves, [&](std::span<const Var> x) { return risk_quantile(x[0], alpha); })[0];
}

Tensor slope_of(const std::vector<Tensor>& leaves, double alpha) {
  return std::move(
      gradients_of(leaves, [&](std::span<const Var> x) { return risk_quantile(x[0], alpha); })[0]);
}

const std::vector<Scalar> kFiveLosses = {Scalar(0.7), Scalar(0.2), Scalar(1.9), Scalar(0.4), Scalar(0.9)};
constexpr bool kInDouble = sizeof(Scalar) == 8;

}  // namespace

TEST_CASE("risk_quantile is the loss below which a share alpha of the estimated density lies") {
  for (const double alpha : {1e-6, 0.1, 0.5, 0.75, 0.99, 1 - 1e-6}) {
    const std::vector<Tensor> leaves = leaf_of(kFiveLosses);
    const KernelDensity estimate(leaves[0]);
    double low = -10, high = 10;
    for (int i = 0; i < 60; ++i) {
      const double middle = 0.5 * (low + high);
      (estimate.share_below(middle) > alpha ? high : low) = middle;
    }
    CHECK(quantile_of(leaves, alpha) == doctest::Approx(low).epsilon(kInDouble ? 2e-9 : 1e-6));
  }
}

TEST_CASE("risk_quantile halves 32 times, between the quantiles of the outermost kernels") {
  if (!kInDouble) return;
  const std::vector<Tensor> leaves = leaf_of(kFiveLosses);
  const KernelDensity estimate(leaves[0]);
  for (const auto& [alpha, z] : {std::pair{0.75, 0.6744897501960817}, {0.9, 1.2815515655446004}}) {
    double low = estimate.least() + estimate.bandwidth * z,
           high = estimate.greatest() + estimate.bandwidth * z;
    const double smallest_step = std::ldexp(high - low, -33);
    const double from_low = (quantile_of(leaves, alpha) - low) / smallest_step;
    CHECK(std::fabs(from_low - std::round(from_low)) <= 1e-3);  // the last middle is a multiple, and odd
    CHECK(std::fmod(std::round(from_low), 2) == 1);
    for (int halving = 0; halving < 32; ++halving) {
      const double middle = 0.5 * (low + high);
      (estimate.share_below(middle) > alpha ? high : low) = middle;
    }
    CHECK(quantile_of(leaves, alpha) == doctest::Approx(0.5 * (low + high)).epsilon(1e-14));
  }
}

TEST_CASE("risk_quantile has the gradient of its bisection with the comparisons held fixed") {
  for (const double alpha : {0.05, 0.3, 0.75, 0.95}) {
    const std::vector<Tensor> leaves = leaf_of(kFiveLosses);
    const KernelDensity estimate(leaves[0]);
    const Tensor dx = slope_of(leaves, alpha);
    const double z = normal_quantile(alpha), h = estimate.bandwidth;
    // y = a (least + z h) + (1 - a) (greatest + z h)
    const double a = (estimate.greatest() + z * h - static_cast<double>(quantile_of(leaves, alpha))) /
                     (estimate.greatest() - estimate.least());
    for (Index e = 0; e < 5; ++e) {
      const double loss = estimate.losses[static_cast<std::size_t>(e)];
      const double dh = h / estimate.deviation * (loss - estimate.mean) / (4 * estimate.deviation);
      const double expected = (e == 1 ? a : 0) + (e == 2 ? 1 - a : 0) + z * dh;
      CHECK(dx[e] == doctest::Approx(expected).epsilon(kInDouble ? 1e-12 : 1e-5));
    }
  }
}

TEST_CASE("risk_quantile of two losses has the gradient of its formula") {
  // Two losses can only be shifted and scaled, which changes no comparison, so that differences are exact.
  for (const double alpha : {0.3, 0.75, 0.95})
    for (const Shape& shape : {Shape{2}, Shape{2, 1}})
      check_op({shape}, [&](std::span<const Var> x) { return risk_quantile(x[0], alpha); });
}

TEST_CASE("risk_quantile moves with the losses if all are shifted or scaled") {
  const std::vector<Tensor> leaves = leaf_of(kFiveLosses);
  for (const double alpha : {0.05, 0.3, 0.75, 0.95}) {
    const Tensor dx = slope_of(leaves, alpha);
    double by_shift = 0, by_scale = 0;
    for (Index e = 0; e < 5; ++e) by_shift += dx[e], by_scale += static_cast<double>(dx[e]) * leaves[0][e];
    CHECK(by_shift == doctest::Approx(1).epsilon(kInDouble ? 1e-13 : 1e-6));
    CHECK(by_scale == doctest::Approx(quantile_of(leaves, alpha)).epsilon(kInDouble ? 1e-13 : 1e-6));
  }
}

TEST_CASE("risk_quantile has DomainBed's gradient, which is not the derivative of the quantile") {
  std::vector<Tensor> leaves = leaf_of(kFiveLosses);
  const Scalar middle = slope_of(leaves, 0.75)[4], h = kInDouble ? Scalar(1e-3) : Scalar(1e-2);
  leaves[0][4] += h;
  const Scalar above = quantile_of(leaves, 0.75);
  leaves[0][4] -= 2 * h;
  const Scalar difference = (above - quantile_of(leaves, 0.75)) / (2 * h);
  CHECK(std::fabs(difference - middle) > 0.05);
}

TEST_CASE("risk_quantile of equal losses is that loss, and each has an equal share of the gradient") {
  for (const std::size_t domains : {2, 3, 10})
    for (const double alpha : {0.3, 0.5, 0.95}) {
      const std::vector<Tensor> leaves = leaf_of(std::vector<Scalar>(domains, Scalar(0.1)));
      CHECK(quantile_of(leaves, alpha) == Scalar(0.1));
      const Tensor dx = slope_of(leaves, alpha);
      for (const Scalar number : dx.view().numbers())
        CHECK(number ==
              doctest::Approx(1.0 / static_cast<double>(domains)).epsilon(kInDouble ? 1e-15 : 1e-7));
    }
}

TEST_CASE("risk_quantile gives equal extremes equal gradients") {
  const Tensor dx = slope_of(leaf_of({3, 1, 2, 3, 1, 1}), 0.75);
  CHECK(dx[0] == dx[3]);
  CHECK(dx[1] == dx[4]);
  CHECK(dx[1] == dx[5]);
  double total = 0;
  for (const Scalar number : dx.view().numbers()) total += static_cast<double>(number);
  CHECK(total == doctest::Approx(1).epsilon(kInDouble ? 1e-14 : 1e-6));
}

TEST_CASE("risk_quantile shows NaN and infinity among the losses") {
  for (const Scalar broken : {Scalar(NAN), Scalar(INFINITY)})
    for (std::size_t place = 0; place < 3; ++place) {
      std::vector<Scalar> numbers(3, 1);
      numbers[place] = broken;
      CHECK(std::isnan(quantile_of(leaf_of(numbers), 0.75)));
      CHECK(std::isnan(slope_of(leaf_of(numbers), 0.75)[0]));
    }
}

TEST_CASE("risk_quantile refuses a single loss, two per row, and shares outside 0 to 1") {
  const auto error = [](const Shape& shape, double alpha) {
    return error_of({shape}, [&](std::span<const Var> x) { return risk_quantile(x[0], alpha); });
  };
  CHECK(error({1}, 0.5) ==
        "risk_quantile: x must have the losses of at least two domains, one per row\n x [1] [E, 1]");
  CHECK(error({}, 0.5).find("risk_quantile: x must have the losses of at least two domains") == 0);
  CHECK(error({2, 2}, 0.5).find("risk_quantile: x must have the losses of at least two domains") == 0);
  CHECK(error({3}, 1) ==
        "risk_quantile: alpha must be at least 1e-10 and at most 1 - 1e-10\n alpha 1.000000");
  CHECK(error({3}, 0).find("risk_quantile: alpha must be at least 1e-10") == 0);
  CHECK(error({3}, NAN).find("risk_quantile: alpha must be at least 1e-10") == 0);
}
