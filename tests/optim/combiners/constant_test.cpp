#include "optim/combiners/constant.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("Constant is the sum with the user's weights, by default the mean") {
  const Eigen::MatrixXd rows = (Eigen::MatrixXd(3, 2) << 1, -2, 2, 4, 6, 1).finished();
  CHECK(values_of(Constant({.weights = {1, -1, 0.5}}), rows) == Eigen::Vector2d(2, -5.5));
  CHECK(values_of(Constant(), rows) == Eigen::Vector2d(3, 1));
  CHECK(weights_of(Constant({.weights = {1, -1, 0.5}}), rows) == Eigen::Vector3d(1, -1, 0.5));
}

TEST_CASE("Constant gives the same weights for rows of zero") {
  CHECK(weights_of(Constant({.weights = {2, 3}}), Eigen::MatrixXd::Zero(2, 3)) == Eigen::Vector2d(2, 3));
}

TEST_CASE("Constant refuses weights that are not finite, all 0, or of another number than domains") {
  CHECK(error_of([] {
          Constant({.weights = {1, kInfinity}});
        }) == "Constant: weights must be finite numbers\n    found inf");
  CHECK(error_of([] {
          Constant({.weights = {0, 0}});
        }) == "Constant: weights must be different from 0 for some domain\n    found 0");
  CHECK(error_of([] {
          Constant({.weights = {1, 2}}).combine(table_of({{1}}));
        }) ==
        "Constant: weights needs one number for each domain\n"
        "    domains 1\n"
        "    found   2 numbers");
}
