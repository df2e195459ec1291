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

double mean_of_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("A toy has a test domain and eight training domains of 512 examples with two inputs") {
  for (const DataSet& data : {toy_line(), toy_line({.rotated = true}), toy_stripes()}) {
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
    CHECK(right(in.second, in.t, 0, domain % 2 == 1 ? 1 : -1) > 0.99);
    CHECK(right(in.first, in.t, 0, 1) == doctest::Approx(0.977).epsilon(0.03));  // 0.5 / 0.25 = 2 deviations
  }
  const Inputs test = inputs_of(data.domains[0]);
  CHECK(right(test.second, test.t, 0, 1) == doctest::Approx(0.5).epsilon(0.15));
  CHECK(right(test.first, test.t, 0, 1) > 0.94);
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

TEST_CASE("A stripe of the first input gives all labels of a training domain") {
  const DataSet data = toy_stripes();
  bool sides[2] = {};
  for (std::size_t domain = 1; domain < 9; ++domain) {
    const Inputs in = inputs_of(data.domains[domain]);
    const double centre = 0.5 * static_cast<double>(domain - 1) - 1.75;
    const double share = right(in.first, in.t, centre, 1);
    CHECK((share > 0.99 || share < 0.01));
    sides[share > 0.5] = true;
  }
  CHECK((sides[0] && sides[1]));  // one rule for all domains does not exist
  const Inputs test = inputs_of(data.domains[0]);
  CHECK(std::fabs(mean_of_product(test.first, test.t)) < 0.1);
}

TEST_CASE("The bands of the second input give nine of ten labels in every domain of the stripes") {
  for (const Domain& domain : toy_stripes().domains) {
    const Inputs in = inputs_of(domain);
    std::vector<double> wave;
    for (const double u : in.second) wave.push_back(std::sin(3.14159265358979 * u));
    CHECK(right(wave, in.t, 0, 1) == doctest::Approx(0.9).epsilon(0.06));
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
  CHECK(hash(toy_stripes(1)) == hash(toy_stripes(1)));
  CHECK(hash(toy_stripes(1)) != hash(toy_stripes(2)));
}
