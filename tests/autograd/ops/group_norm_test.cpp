#include "autograd/ops/group_norm.h"

#include <limits>

#include "tests/autograd/leaves.h"

using namespace sand;
using namespace sand::testing;

TEST_CASE("group_norm has the gradient of its formula for x, g and b") {
  for (const auto& [channels, count] : {std::pair<Index, Index>{1, 1}, {6, 2}, {6, 6}, {34, 2}})
    check_op({Shape{2, 3, 2, channels}, Shape{channels}, Shape{channels}},
             [&, groups = count](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], groups); });
}

TEST_CASE("group_norm gives every group of every image mean 0 and variance 1, then weight and bias") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({3, 4, 5, 6}, 1));
  leaves[0].array() = leaves[0].array() * 3 + 50;
  leaves.push_back(Tensor({6}, std::vector<Scalar>{1, 1, 1, 2, 2, 2}));
  leaves.push_back(Tensor({6}, std::vector<Scalar>{0, 0, 0, 5, 5, 5}));
  const Tensor y = value_of(leaves, [](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], 2); });
  for (Index n = 0; n < 3; ++n)
    for (Index group = 0; group < 2; ++group) {
      double sum = 0, squares = 0;
      for (Index pixel = 0; pixel < 20; ++pixel)
        for (Index c = 0; c < 3; ++c) {
          const double z = static_cast<double>(y[(n * 20 + pixel) * 6 + group * 3 + c]);
          sum += z, squares += z * z;
        }
      const double mean = sum / 60, deviation = std::sqrt(squares / 60 - mean * mean);
      CHECK(mean == doctest::Approx(group == 0 ? 0 : 5).epsilon(1e-4));
      CHECK(deviation == doctest::Approx(group == 0 ? 1 : 2).epsilon(1e-4));
    }
}

TEST_CASE("group_norm of equal numbers is exactly the bias, also for large numbers") {
  for (const Scalar constant :
       {Scalar(0), Scalar(0.1), Scalar(-7.3), Scalar(1234.567), Scalar(1e6), Scalar(-1e7)}) {
    std::vector<Tensor> leaves;
    leaves.emplace_back(Shape{1, 14, 14, 8}).array() = constant;
    leaves.push_back(random_tensor({8}, 2));
    leaves.emplace_back(Shape{8}).array() = 3;
    const Tensor y = value_of(leaves, [](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], 2); });
    const Scalar most = sizeof(Scalar) == 8 ? Scalar(1e-3) : Scalar{0};  // in double the mean is rounded, too
    CHECK((y.array() - Scalar{3}).abs().maxCoeff() <= most);
  }
}

TEST_CASE(
    "group_norm of a constant of a million is finite, and as near to the bias as the rounding of x allows") {
  const double roundings =
      sizeof(Scalar) == 8 ? 14 * 14 * 4 : 2;  // a sum in double of a whole group, or the mean as a float
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const Scalar constant = static_cast<Scalar>(random.uniform(1e6, 2e6));
    std::vector<Tensor> leaves;
    leaves.emplace_back(Shape{1, 14, 14, 8}).array() = constant;
    leaves.emplace_back(Shape{8}).array() = 1;
    leaves.emplace_back(Shape{8}).array() = 3;
    const Tensor y = value_of(leaves, [](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], 2); });
    const double one_rounding =
        std::numeric_limits<Scalar>::epsilon() * static_cast<double>(constant) / std::sqrt(1e-5);
    for (Index i = 0; i < y.size(); ++i) {
      REQUIRE(std::isfinite(y[i]));
      REQUIRE(std::fabs(static_cast<double>(y[i]) - 3) <= roundings * one_rounding);
    }
  }
}

TEST_CASE("group_norm of one image does not depend on the others, and lets NaN through") {
  std::vector<Tensor> leaves;
  leaves.push_back(random_tensor({2, 3, 3, 4}, 1));
  leaves.push_back(random_tensor({4}, 2));
  leaves.push_back(random_tensor({4}, 3));
  const auto normed = [&] {
    return value_of(leaves, [](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], 2); });
  };
  const Tensor before = normed();
  leaves[0][40] = std::numeric_limits<Scalar>::quiet_NaN();  // in image 1
  const Tensor after = normed();
  CHECK((before.view().rows(0, 1).array() == after.view().rows(0, 1).array()).all());
  CHECK(std::isnan(after[40]));
}

TEST_CASE("group_norm refuses groups that do not divide the channels") {
  std::vector<Tensor> leaves;
  leaves.emplace_back(Shape{1, 2, 2, 6});
  leaves.emplace_back(Shape{6});
  leaves.emplace_back(Shape{6});
  const auto normed = [&](Index groups) {
    value_of(leaves, [&](std::span<const Var> x) { return group_norm(x[0], x[1], x[2], groups); });
  };
  CHECK_THROWS_WITH_AS(normed(4), doctest::Contains("channels of x must be a multiple of the groups"), Error);
  CHECK_THROWS_WITH_AS(normed(0), doctest::Contains("groups 0"), Error);
}
