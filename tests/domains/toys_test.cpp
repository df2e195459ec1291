#include "domains/toys.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tensor/fingerprint.h"

using namespace sand::domains;
using sand::Scalar;

namespace {

struct Inputs {
  std::vector<double> first, second, t;  // t = 2 label - 1
};

Inputs inputs_of(const Domain& domain) {
  Inputs inputs;
  for (std::uint32_t i = 0; i < domain.size(); ++i) {
    Scalar x[2];
    domain.read(i, x);
    inputs.first.push_back(x[0]);
    inputs.second.push_back(x[1]);
    inputs.t.push_back(2 * domain.labels[i] - 1);
  }
  return inputs;
}

/// The share of examples whose label the sign of side * (x - centre) gives.
double right(const std::vector<double>& x, const std::vector<double>& t, double centre, double side) {
  int count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) count += side * (x[i] - centre) * t[i] > 0;
  return count / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("A toy has a test domain and eight training domains of 512 examples with two inputs") {
  for (const DataSet& data : {toy_line(), toy_line({.rotated = true})}) {
    CAPTURE(data.name);
    REQUIRE(data.domains.size() == 9);
    CHECK(data.domains[0].name == "test");
    CHECK(data.domains[8].name == "env8");
    CHECK(data.classes == 2);
    for (const Domain& domain : data.domains) {
      CHECK(domain.size() == 512);
      CHECK(domain.example == sand::Shape{2});
      for (const std::int32_t label : domain.labels) CHECK((label == 0 || label == 1));
    }
  }
}

TEST_CASE(
    "On the line, the second input gives all labels of a training domain, and none of the test domain") {
  const DataSet data = toy_line();
  for (std::size_t domain = 1; domain < 9; ++domain) {
    const Inputs in = inputs_of(data.domains[domain]);
    CHECK(right(in.second, in.t, 0, domain % 4 == 0 ? -1 : 1) > 0.99);
    CHECK(right(in.first, in.t, 0, 1) == doctest::Approx(0.894).epsilon(0.05));  // 1.25 deviations
  }
  const Inputs test = inputs_of(data.domains[0]);
  CHECK(right(test.second, test.t, 0, 1) == doctest::Approx(0.5).epsilon(0.15));
  CHECK(right(test.first, test.t, 0, 1) == doctest::Approx(0.894).epsilon(0.05));
}

TEST_CASE("The turned line has the same labels, and its inputs turned by 45 degrees") {
  const DataSet line = toy_line({.seed = 3}), turned = toy_line({.rotated = true, .seed = 3});
  for (std::size_t domain = 0; domain < 9; ++domain) {
    CHECK(line.domains[domain].labels == turned.domains[domain].labels);
    const Inputs a = inputs_of(line.domains[domain]), b = inputs_of(turned.domains[domain]);
    for (std::size_t i = 0; i < a.first.size(); ++i) {
      CHECK(b.first[i] == doctest::Approx((a.first[i] - a.second[i]) * std::sqrt(0.5)).epsilon(1e-5));
      CHECK(b.second[i] == doctest::Approx((a.first[i] + a.second[i]) * std::sqrt(0.5)).epsilon(1e-5));
    }
  }
}

TEST_CASE("Another seed draws other points, and the same seed the same") {
  const auto hash = [](const DataSet& data) {
    sand::Fingerprint print;
    for (const Domain& domain : data.domains) {
      const Inputs in = inputs_of(domain);
      print.add(std::span<const double>(in.first)).add(std::span<const double>(in.second));
    }
    return print.value();
  };
  CHECK(hash(toy_line({.seed = 1})) == hash(toy_line({.seed = 1})));
  CHECK(hash(toy_line({.seed = 1})) != hash(toy_line({.seed = 2})));
}
