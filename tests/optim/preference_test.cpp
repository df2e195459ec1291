#include "optim/preference.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

TEST_CASE("A Gram matrix divided by its trace has trace 1, or is 0 below a bound") {
  const Eigen::MatrixXd g = (Eigen::MatrixXd(2, 2) << 1, 2, 2, 7).finished();
  CHECK(by_trace(g, 0) == g / 8);
  CHECK(by_trace(g, 8) == g / 8);
  CHECK(by_trace(g, 8.1).isZero(0));
  CHECK(by_trace(Eigen::MatrixXd::Zero(2, 2), 0).isZero(0));
}

TEST_CASE("A preference has one number for each domain, or the standard for all") {
  CHECK(preference_or(0.25, "m", {}, 3) == Eigen::Vector3d::Constant(0.25));
  CHECK(preference_or(0.25, "m", {1, 2}, 2) == Eigen::Vector2d(1, 2));
  CHECK(error_of([] {
          preference_or(1, "m", {1, 2}, 3);
        }) ==
        "m: pref_vector needs one number for each domain\n"
        "    domains 3\n"
        "    found   2 numbers");
}

TEST_CASE("A preference must not be negative, not finite, or 0 for every domain") {
  CHECK_NOTHROW(check_preference("m", {}));
  CHECK_NOTHROW(check_preference("m", {0, 1}));
  CHECK_THROWS_AS(check_preference("m", {1, -1}), Error);
  CHECK_THROWS_AS(check_preference("m", {1, kInfinity}), Error);
  CHECK_THROWS_AS(check_preference("m", {0, 0}), Error);
}
