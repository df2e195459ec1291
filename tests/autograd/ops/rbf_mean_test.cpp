#include "autograd/ops/rbf_mean.h"

#include <limits>

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

const std::vector<double> kMildGammas = {0.01, 0.1, 1};
const std::vector<double> kAllGammas = {0.001, 0.01, 0.1, 1, 10, 100, 1000};

Var kernel_mean(std::span<const Var> x) { return rbf_mean(x[0], x[1], kAllGammas); }

/// The value and d value / d a by the formula, in long double.
struct ExactMean {
  long double value = 0;
  std::vector<long double> da;
};
ExactMean exact_mean(const Tensor& a, const Tensor& b, std::span<const double> gammas) {
  const Index n = a.shape()[0], m = b.shape()[0], f = a.shape()[1];
  ExactMean exact{0, std::vector<long double>(static_cast<std::size_t>(a.size()))};
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j) {
      long double distance = 0, slope = 0;
      const auto difference = [&](Index k) { return static_cast<long double>(a[i * f + k]) - b[j * f + k]; };
      for (Index k = 0; k < f; ++k) distance += difference(k) * difference(k);
      for (const double gamma : gammas) {
        exact.value += std::exp(-gamma * distance) / (n * m);
        slope -= gamma * std::exp(-gamma * distance) / (n * m);
      }
      for (Index k = 0; k < f; ++k)
        exact.da[static_cast<std::size_t>(i * f + k)] += slope * 2 * difference(k);
    }
  return exact;
}

}  // namespace

TEST_CASE("rbf_mean has the gradient of its formula for both inputs, also past 64 rows and columns") {
  for (const auto& [n, m, f] :
       {std::array<Index, 3>{1, 1, 1}, {3, 2, 5}, {5, 1, 3}, {2, 3, 65}, {1, 66, 2}, {66, 1, 2}}) {
    if (sizeof(Scalar) == 4 && n + m + f > 10)
      continue;  // the slopes are as small as the rounding of the mean
    check_op({Shape{n, f}, Shape{m, f}},
             [](std::span<const Var> x) { return rbf_mean(x[0], x[1], kMildGammas); });
  }
}

TEST_CASE("rbf_mean of a value with itself has the gradient of both uses") {
  for (const Shape& shape : {Shape{2, 1}, Shape{5, 3}, Shape{4, 6}})
    check_op({shape}, [](std::span<const Var> x) { return rbf_mean(x[0], x[0], kMildGammas); });
}

TEST_CASE("rbf_mean and its gradient agree with the formula in long double") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({70, 9}, 1));
  leaves.push_back(random_tensor({67, 9}, 2));
  leaves[0].array() *= Scalar(0.3);
  leaves[1].array() *= Scalar(0.3);
  const ExactMean exact = exact_mean(leaves[0], leaves[1], kAllGammas);
  const double most = sizeof(Scalar) == 8 ? 1e-12 : 1e-6;
  CHECK(std::fabs(value_of(leaves, kernel_mean)[0] / exact.value - 1) <= most);
  const Tensor da = std::move(gradients_of(leaves, kernel_mean)[0]);
  long double greatest = 0, worst = 0;
  for (Index i = 0; i < da.size(); ++i) {
    greatest = std::max(greatest, std::fabs(exact.da[static_cast<std::size_t>(i)]));
    worst = std::max(worst, std::fabs(da[i] - exact.da[static_cast<std::size_t>(i)]));
  }
  CHECK(worst <= most * greatest);
}

TEST_CASE("rbf_mean of a value with itself agrees with the formula in long double") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({70, 9}, 1));
  leaves[0].array() *= Scalar(0.3);
  const ExactMean exact = exact_mean(leaves[0], leaves[0], kAllGammas);
  const double most = sizeof(Scalar) == 8 ? 1e-12 : 1e-6;
  const auto with_itself = [](std::span<const Var> x) { return rbf_mean(x[0], x[0], kAllGammas); };
  CHECK(std::fabs(value_of(leaves, with_itself)[0] / exact.value - 1) <= most);
  const Tensor da = std::move(gradients_of(leaves, with_itself)[0]);
  long double greatest = 0, worst = 0;
  for (Index i = 0; i < da.size(); ++i) {
    const long double right = 2 * exact.da[static_cast<std::size_t>(i)];
    greatest = std::max(greatest, std::fabs(right));
    worst = std::max(worst, std::fabs(da[i] - right));
  }
  CHECK(worst <= most * greatest);
}

TEST_CASE("rbf_mean of wide rows keeps the distance of those that are close and far from the origin") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{2, 5}, std::vector<Scalar>{1000, 1000, 1000, 1000, 1000, 0, 0, 0, 0, 0});
  leaves.push_back(leaves[0].copy());
  leaves[1][2] = std::nextafter(Scalar{1000}, Scalar{2000});
  const double step = static_cast<double>(leaves[1][2]) - 1000;
  const std::vector<double> gammas = {1 / (step * step)};
  CHECK(value_of(leaves, [&](std::span<const Var> x) { return rbf_mean(x[0], x[1], gammas); })[0] ==
        doctest::Approx((0.36787944117144233 + std::exp(-1e-30 / (step * step))) / 4).epsilon(1e-6));
}

TEST_CASE("rbf_mean keeps the distance of rows that are close and far from the origin") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2}, std::vector<Scalar>{1000, 1000});
  leaves.emplace_back(Shape{1, 2}, std::vector<Scalar>{std::nextafter(Scalar{1000}, Scalar{2000}), 1000});
  const double step = static_cast<double>(leaves[1][0]) - 1000;
  const std::vector<double> gammas = {1 / (step * step)};
  CHECK(value_of(leaves, [&](std::span<const Var> x) { return rbf_mean(x[0], x[1], gammas); })[0] ==
        static_cast<Scalar>(0.36787944117144233));
}

TEST_CASE("rbf_mean of rows closer than 1e-15 counts each gamma once, with gradient 0") {
  for (const Scalar moved : {Scalar{0}, Scalar(9e-16)}) {
    std::vector<Tensor> leaves;
    leaves.emplace_back(Shape{2, 1}, std::vector<Scalar>{0, 0});
    leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{moved});
    CHECK(value_of(leaves, kernel_mean)[0] == 7);
    for (const Tensor& gradient : gradients_of(leaves, kernel_mean)) CHECK((gradient.array() == 0).all());
  }
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{0});
  leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{Scalar(1.1e-15)});
  const double sum_of_gammas = 1111.111;
  CHECK(gradients_of(leaves, kernel_mean)[0][0] / (2 * sum_of_gammas * 1.1e-15) ==
        doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("rbf_mean of rows that are infinitely far apart is 0, and NaN stays NaN") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{INFINITY});
  leaves.emplace_back(Shape{1, 1}, std::vector<Scalar>{3});
  CHECK(value_of(leaves, kernel_mean)[0] == 0);
  leaves[0][0] = NAN;
  CHECK(std::isnan(value_of(leaves, kernel_mean)[0]));
  for (const Tensor& gradient : gradients_of(leaves, kernel_mean)) CHECK(std::isnan(gradient[0]));
}

TEST_CASE("rbf_mean of wide rows shows NaN, and an infinite row is far from the others") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({3, 5}, 1));
  leaves.push_back(random_tensor({2, 5}, 2));
  leaves[0][7] = NAN;
  CHECK(std::isnan(value_of(leaves, kernel_mean)[0]));
  leaves[0][7] = INFINITY;
  CHECK(std::isfinite(value_of(leaves, kernel_mean)[0]));
  leaves[0][7] = std::sqrt(std::numeric_limits<Scalar>::max());
  CHECK(std::isfinite(value_of(leaves, kernel_mean)[0]));
}

TEST_CASE("rbf_mean refuses matrices without rows or with different columns, and no gamma") {
  const auto error = [](const Shape& a, const Shape& b) { return error_of({a, b}, kernel_mean); };
  CHECK(error({2, 3}, {2, 4}) ==
        "rbf_mean: a and b must be matrices with rows and the same number of columns\n a [2, 3] [n, f]\n b "
        "[2, 4] [m, f]");
  for (const auto& [a, b] : {std::pair{Shape{0, 3}, Shape{2, 3}},
                             {Shape{2, 3}, Shape{0, 3}},
                             {Shape{3}, Shape{2, 3}},
                             {Shape{2, 3}, Shape{2, 3, 1}}})
    CHECK(error(a, b).find("rbf_mean: a and b must be matrices with rows") == 0);
  CHECK(error_of({Shape{2, 3}, Shape{2, 3}}, [](std::span<const Var> x) {
          return rbf_mean(x[0], x[1], {});
        }) == "rbf_mean: there must be a gamma");
}
