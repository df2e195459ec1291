#include "autograd/ops/covariance.h"

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

namespace {

Tensor covariance_of(const Tensor& x) {
  std::vector<Tensor> leaves;
  leaves.push_back(x.copy());
  return value_of(leaves, [](std::span<const Var> v) { return covariance(v[0]); });
}

}  // namespace

TEST_CASE("covariance has the gradient of its formula") {
  for (const Shape& shape : {Shape{2, 1}, Shape{3, 17}, Shape{17, 3}, Shape{2, 33}})
    check_op({shape}, [](std::span<const Var> x) { return covariance(x[0]); });
}

TEST_CASE("covariance agrees with its formula in long double, far from the origin, too") {
  for (const auto& [shape, offset] :
       {std::pair{Shape{9, 70}, 0.0}, {Shape{65, 5}, 0.0}, {Shape{9, 33}, 1e3}, {Shape{600, 100}, 0.0}}) {
    Tensor x = random_tensor(shape, 3);
    x.array() += static_cast<Scalar>(offset);
    const Tensor y = covariance_of(x);
    const Index n = shape[0], f = shape[1];
    REQUIRE(y.shape() == Shape{f, f});
    std::vector<long double> mean(static_cast<std::size_t>(f));
    for (Index i = 0; i < x.size(); ++i) mean[static_cast<std::size_t>(i % f)] += x[i];
    double worst = 0;
    for (Index i = 0; i < f; ++i)
      for (Index j = 0; j < f; ++j) {
        long double exact = 0;
        for (Index row = 0; row < n; ++row)
          exact += (x[row * f + i] - mean[static_cast<std::size_t>(i)] / n) *
                   (x[row * f + j] - mean[static_cast<std::size_t>(j)] / n);
        worst = std::max(worst, static_cast<double>(std::fabs(y[i * f + j] - exact / (n - 1))));
        CHECK(y[i * f + j] == y[j * f + i]);
      }
    const double most = sizeof(Scalar) == 8 ? (offset > 0 ? 1e-12 : 1e-14) : 1e-5;
    CHECK(worst <= most);
  }
}

TEST_CASE("covariance shows NaN in the row and column of its column alone") {
  Tensor x = random_tensor({5, 6}, 1);
  x[2 * 6 + 4] = NAN;
  const Tensor y = covariance_of(x);
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 6; ++j) CHECK(std::isnan(y[i * 6 + j]) == (i == 4 || j == 4));
}

TEST_CASE("covariance refuses a matrix with one row, and other ranks") {
  const auto error = [](const Shape& shape) {
    return error_of({shape}, [](std::span<const Var> x) { return covariance(x[0]); });
  };
  CHECK(error({1, 3}) == "covariance: x must be a matrix with at least two rows\n x [1, 3] [n, f]");
  CHECK(error({3}).find("covariance: x must be a matrix with at least two rows") == 0);
  CHECK(error({3, 1, 1}).find("covariance: x must be a matrix with at least two rows") == 0);
}
