#include "domains/linear_unit_tests.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "tensor/error.h"

using namespace sand::domains;
using sand::Scalar;

namespace {

using Input = std::vector<Scalar>;

Input input_of(const Domain& domain, std::uint32_t row) {
  Input input(kLinearInputs);
  domain.read(row, input);
  return input;
}

/// Mean over the rows of a domain.
double mean_of(const Domain& domain, const std::function<double(const Input&, std::uint32_t row)>& number) {
  double sum = 0;
  for (std::uint32_t row = 0; row < domain.size(); ++row) sum += number(input_of(domain, row), row);
  return sum / domain.size();
}

double sum_of_part(const Input& input, int first) {
  double sum = 0;
  for (int i = first; i < first + kLinearPart; ++i) sum += static_cast<double>(input[std::size_t(i)]);
  return sum;
}

/// Correlation of two numbers of a row over a domain.
double correlation(const Domain& domain, const std::function<double(const Input&, std::uint32_t)>& a,
                   const std::function<double(const Input&, std::uint32_t)>& b) {
  const double mean_a = mean_of(domain, a), mean_b = mean_of(domain, b);
  const auto with = [&](const auto& f, double mean_f, const auto& g, double mean_g) {
    return mean_of(domain, [&](const Input& x, std::uint32_t row) {
      return (f(x, row) - mean_f) * (g(x, row) - mean_g);
    });
  };
  return with(a, mean_a, b, mean_b) / std::sqrt(with(a, mean_a, a, mean_a) * with(b, mean_b, b, mean_b));
}

double label_of(const Domain& domain, std::uint32_t row) { return 2.0 * domain.labels[row] - 1; }

}  // namespace

TEST_CASE("A linear unit test has training, validation and test rows of every domain") {
  const DataSet data = linear_example({.example = 2, .rows = 100});
  REQUIRE(data.domains.size() == 9);
  CHECK(data.domains[1].name == "E1");
  CHECK(data.domains[3].name == "E0 validation");
  CHECK(data.domains[8].name == "E2 test");
  CHECK(data.classes == 2);
  CHECK(data.name == "LinearExample2");
  for (const Domain& domain : data.domains) CHECK(domain.size() == 100);
  CHECK(linear_example({.example = 1, .scrambled = true, .oracle = true, .rows = 4}).name ==
        "LinearExample1s-Oracle");
  CHECK(linear_example({.example = 1, .rows = 4}).classes == 0);
}

TEST_CASE("In example 1 the invariant part has the deviation of its domain and explains part of the target") {
  const DataSet data = linear_example({.example = 1});
  for (std::size_t d = 0; d < 3; ++d) {
    const double sigma = std::vector{0.1, 1.5, 2.0}[d];
    const Domain& domain = data.domains[d];
    for (std::size_t i = 0; i < kLinearPart; ++i) {
      const auto x = [i](const Input& input, std::uint32_t) { return static_cast<double>(input[i]); };
      CHECK(mean_of(domain, x) == doctest::Approx(0).epsilon(0.04).scale(sigma));
      CHECK(std::sqrt(mean_of(domain, [&](const Input& in, std::uint32_t r) {
              return x(in, r) * x(in, r);
            })) == doctest::Approx(sigma).epsilon(0.03));
    }
    // the sum of five numbers, each with variance sigma^2 (1 + the squares of a column of A)
    const double variance = mean_of(
        domain, [&](const Input&, std::uint32_t row) { return std::pow(double(domain.values[row]), 2); });
    CHECK(variance > 5 * sigma * sigma);
    CHECK(variance < 15 * sigma * sigma);
  }
}

TEST_CASE("In example 1 the target is a sum over x and noise of the same weights in every domain") {
  const DataSet data = linear_example({.example = 1});
  for (std::size_t i = 0; i < kLinearPart; ++i) {
    std::vector<double> weights;  // of x_i: the inputs are independent
    for (const std::size_t d : {1u, 2u, 8u}) {
      const Domain& domain = data.domains[d];
      const double product = mean_of(domain, [&](const Input& input, std::uint32_t row) {
        return double(input[i]) * double(domain.values[row]);
      });
      const double square =
          mean_of(domain, [&](const Input& input, std::uint32_t) { return std::pow(double(input[i]), 2); });
      weights.push_back(product / square);
    }
    CHECK(weights[0] == doctest::Approx(weights[1]).epsilon(0.1).scale(1));
    CHECK(weights[0] == doctest::Approx(weights[2]).epsilon(0.1).scale(1));
  }
}

TEST_CASE("The spurious part tells the target in training and validation rows, and nothing in test rows") {
  for (int example = 1; example <= 3; ++example)
    for (const bool oracle : {false, true}) {
      const DataSet data = linear_example({.example = example, .oracle = oracle});
      double told = 0;
      for (std::size_t d = 0; d < 9; ++d) {
        const Domain& domain = data.domains[d];
        const auto target = [&](const Input&, std::uint32_t row) {
          return example == 1 ? static_cast<double>(domain.values[row]) : label_of(domain, row);
        };
        double most = 0;
        for (std::size_t i = kLinearPart; i < kLinearInputs; ++i)
          most = std::max(most, std::abs(correlation(domain, target, [i](const Input& input, std::uint32_t) {
                            return static_cast<double>(input[i]);
                          })));
        if (d >= 6 || oracle) CHECK(most < 0.05);
        if (d < 6) told += most / 6;
      }
      if (!oracle) CHECK(told > 0.15);
    }
}

TEST_CASE("In example 2 animals and backgrounds have the published shares and deviations") {
  const DataSet data = linear_example({.example = 2});
  for (std::size_t d = 0; d < 3; ++d) {
    const double p = std::vector{0.95, 0.97, 0.99}[d], s = std::vector{0.3, 0.5, 0.7}[d];
    const Domain& domain = data.domains[d];
    CHECK(mean_of(domain, [&](const Input&, std::uint32_t row) { return double(domain.labels[row]); }) ==
          doctest::Approx(s).epsilon(0.02).scale(1));
    const auto usual = [&](const Input& input, std::uint32_t row) {
      return sum_of_part(input, kLinearPart) * label_of(domain, row) > 0 ? 1.0 : 0.0;
    };
    CHECK(mean_of(domain, usual) == doctest::Approx(p).epsilon(0.01).scale(1));
    const auto x = [&](const Input& input, std::uint32_t row) {
      return double(input[2]) * label_of(domain, row);
    };
    CHECK(mean_of(domain, x) == doctest::Approx(0.01).epsilon(0.02));
    CHECK(mean_of(domain, [&](const Input& in, std::uint32_t row) {
            return std::pow(x(in, row) - 0.01, 2);
          }) == doctest::Approx(1e-5).epsilon(0.05));
  }
}

TEST_CASE("In example 3 the halves lie at 0.1 and -0.1, and their centres at c and -c of the domain") {
  const DataSet data = linear_example({.example = 3});
  for (std::size_t d = 0; d < 3; ++d) {
    const Domain& domain = data.domains[d];
    for (std::uint32_t row = 0; row < domain.size(); ++row)
      REQUIRE(domain.labels[row] == (row < domain.size() / 2 ? 0 : 1));
    for (std::size_t i = 0; i < kLinearInputs; ++i) {
      const auto signed_input = [&](const Input& input, std::uint32_t row) {
        return -label_of(domain, row) * double(input[i]);
      };
      const double mean = mean_of(domain, signed_input);
      if (i < kLinearPart) CHECK(mean == doctest::Approx(0.1).epsilon(0.05));
      CHECK(mean_of(domain, [&](const Input& in, std::uint32_t r) {
              return std::pow(signed_input(in, r) - mean, 2);
            }) == doctest::Approx(0.01).epsilon(0.06));
    }
    const auto same_centre = [&](std::size_t other) {
      const auto centre = [&](const Domain& of) {
        return mean_of(
            of, [&](const Input& input, std::uint32_t r) { return -label_of(of, r) * double(input[7]); });
      };
      return std::abs(centre(domain) - centre(data.domains[other])) < 0.01;
    };
    CHECK(same_centre(d + 3));
    CHECK(!same_centre((d + 1) % 3));
  }
}

TEST_CASE("A scrambled example rotates its inputs: lengths stay, and no coordinate is invariant") {
  const DataSet plain = linear_example({.example = 2, .rows = 200}),
                scrambled = linear_example({.example = 2, .scrambled = true, .rows = 200});
  for (std::uint32_t row = 0; row < 200; ++row) {
    const auto length = [&](const DataSet& data) {
      double sum = 0;
      for (const Scalar number : input_of(data.domains[1], row)) sum += std::pow(double(number), 2);
      return std::sqrt(sum);
    };
    // the rows have a stream of their own, so both have the same
    CHECK(length(scrambled) == doctest::Approx(length(plain)).epsilon(1e-4));
  }
  for (std::size_t i = 0; i < kLinearInputs; ++i)
    CHECK(std::sqrt(mean_of(scrambled.domains[1], [&](const Input& input, std::uint32_t) {
            return std::pow(double(input[i]), 2);
          })) > 0.02);
}

TEST_CASE("The orthogonal factor is Q of a QR factorisation, with LAPACK's signs") {
  sand::Random random(7);
  LinearScramble matrix;
  for (double& number : matrix) number = random.normal();
  const LinearScramble q = orthogonal_factor(matrix);
  const auto at = [](const LinearScramble& m, int row, int column) {
    return m[static_cast<std::size_t>(row * kLinearInputs + column)];
  };
  for (int i = 0; i < kLinearInputs; ++i)
    for (int j = 0; j < kLinearInputs; ++j) {
      double product = 0, below = 0;  // of Q^T Q and Q^T A
      for (int k = 0; k < kLinearInputs; ++k) {
        product += at(q, k, i) * at(q, k, j);
        below += at(q, k, i) * at(matrix, k, j);
      }
      CHECK(product == doctest::Approx(i == j).epsilon(1e-14).scale(1));
      if (i > j) CHECK(below == doctest::Approx(0).epsilon(1e-13).scale(1));
    }
  CHECK(at(q, 0, 0) < 0);  // R_11 has the other sign than A_11
  LinearScramble diagonal{};
  for (int i = 0; i < kLinearInputs; ++i) diagonal[static_cast<std::size_t>(i * (kLinearInputs + 1))] = 2;
  for (int i = 0; i < kLinearInputs; ++i) CHECK(at(orthogonal_factor(diagonal), i, i) == 1);
}

TEST_CASE("Further domains are drawn from the published ranges, and every number is a function of the seed") {
  const DataSet ten = linear_example({.example = 2, .domains = 10, .rows = 2000});
  CHECK(ten.domains.size() == 30);
  for (std::size_t d = 3; d < 10; ++d) {
    const Domain& domain = ten.domains[d];
    const double share =
        mean_of(domain, [&](const Input&, std::uint32_t row) { return double(domain.labels[row]); });
    CHECK((share > 0.25 && share < 0.75));
  }
  const auto first = [](std::uint64_t seed) {
    return input_of(linear_example({.example = 3, .rows = 4, .seed = seed}).domains[2], 1);
  };
  CHECK(first(1) == first(1));
  CHECK(first(1) != first(2));
}

TEST_CASE("Options out of range are refused") {
  CHECK_THROWS_WITH_AS(linear_example({.example = 4}),
                       "linear example: the example must be 1, 2 or 3\n    found 4", sand::Error);
  CHECK_THROWS_AS(linear_example({.domains = 1}), sand::Error);
  CHECK_THROWS_AS(linear_example({.rows = 3}), sand::Error);
}
