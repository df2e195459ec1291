// The Gram matrix of a table: exact where it can be, and the same bits for every division of the work.
#include "optim/gram.h"

#include <doctest/doctest.h>

#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

namespace {

Eigen::MatrixXd gram_with(const GradientTable& table, int threads) {
  Gram gram;
  return gram(table, Threads(threads));
}

}  // namespace

TEST_CASE("The Gram matrix of small whole numbers is exact") {
  Random random(1);
  for (const int domains : {1, 2, 3, 5, 17, 64})
    for (const Index columns : {1, 7, 8, 9, 255, 256, 257, 4096, 5000}) {
      GradientTable table = random_table({columns}, domains, 1, random);
      for (int e = 0; e < domains; ++e)
        for (Scalar& g : table.row(e)) g = static_cast<Scalar>(random.below(2001)) - 1000;
      const Eigen::MatrixXd gram = gram_with(table, 2);
      Eigen::Matrix<long long, Eigen::Dynamic, Eigen::Dynamic> rows(domains, columns);
      for (int e = 0; e < domains; ++e)
        for (Index j = 0; j < columns; ++j)
          rows(e, j) = static_cast<long long>(table.row(e)[static_cast<std::size_t>(j)]);
      CHECK(gram == (rows * rows.transpose()).cast<double>());
    }
}

TEST_CASE("The Gram matrix is near that of long double") {
  Random random(2);
  const GradientTable table = random_table({10'000, 77}, 6, 2, random);
  const Eigen::MatrixXd gram = gram_with(table, 1);
  for (int a = 0; a < 6; ++a)
    for (int b = 0; b < 6; ++b) {
      long double exact = 0, size = 0;
      for (std::size_t j = 0; j < 10'077; ++j) {
        const long double product = static_cast<long double>(table.row(a)[j]) * table.row(b)[j];
        exact += product, size += std::fabs(product);
      }
      CHECK(std::fabs(static_cast<double>(gram(a, b) - exact)) <= 1e-14 * static_cast<double>(size));
    }
}

TEST_CASE("The bits of a Gram matrix do not depend on threads, and permuted rows permute it") {
  Random random(3);
  for (const int domains : {2, 3, 9, 16}) {
    const GradientTable table = random_table({30'000, 3, 1234}, domains, 2, random);
    const Eigen::MatrixXd expected = gram_with(table, 1);
    for (const int threads : {2, 3, 7}) CHECK(gram_with(table, threads) == expected);
    const std::vector<std::uint32_t> order = random.permutation(static_cast<std::uint32_t>(domains));
    const Eigen::MatrixXd found = gram_with(permuted(table, order), 2);
    for (Index a = 0; a < domains; ++a)
      for (Index b = 0; b < domains; ++b)
        CHECK(found(a, b) ==
              expected(order[static_cast<std::size_t>(a)], order[static_cast<std::size_t>(b)]));
  }
}

TEST_CASE("A Gram object computes tables of every size, one after the other") {
  Random random(4);
  Gram gram;
  for (const int domains : {7, 2, 30, 1})
    for (const Index columns : {9000, 3, 500}) {
      const GradientTable table = random_table({columns}, domains, 1, random);
      CHECK(gram(table, Threads(2)) == gram_with(table, 1));
    }
}

TEST_CASE("Gradients of 1e30 do not overflow a Gram matrix, and those of 1e-25 are not lost") {
  for (const double scale : {1e30, 1e-25}) {
    const double g = static_cast<Scalar>(scale);
    const GradientTable table = table_of({std::vector<double>(1000, g), std::vector<double>(1000, -g)});
    const Eigen::MatrixXd gram = gram_with(table, 1);
    CHECK(gram(0, 0) == doctest::Approx(1000 * g * g).epsilon(1e-14).scale(0));
    CHECK(gram(0, 1) == -gram(0, 0));
    CHECK(gram(1, 1) == gram(0, 0));
  }
}

TEST_CASE("A gradient that is not finite makes its products not finite, and no others") {
  for (const double bad : {kNan, kInfinity, -kInfinity})
    for (const std::size_t column : {0u, 299u}) {
      GradientTable table = table_of(std::vector<std::vector<double>>(3, std::vector<double>(300, 0.5)));
      table.row(1)[column] = static_cast<Scalar>(bad);
      const Eigen::MatrixXd gram = gram_with(table, 1);
      for (Index a = 0; a < 3; ++a)
        for (Index b = 0; b < 3; ++b) CHECK(std::isfinite(gram(a, b)) == (a != 1 && b != 1));
    }
}
