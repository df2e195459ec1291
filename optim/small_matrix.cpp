#include "optim/small_matrix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace sand::optim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// Rotates rows and columns p and q of `a` so that a(p, q) becomes 0, and the columns of `vectors` alike.
/// Only the part of `a` above the diagonal counts.
void rotate(Eigen::MatrixXd& a, Eigen::MatrixXd& vectors, Index p, Index q) {
  const double slope = (a(q, q) - a(p, p)) / (2 * a(p, q));
  const double tangent = std::copysign(1.0, slope) / (std::fabs(slope) + std::sqrt(slope * slope + 1));
  const double cosine = 1 / std::sqrt(tangent * tangent + 1), sine = tangent * cosine;
  const auto turn = [&](double& x, double& y) {
    const double of_x = x, of_y = y;
    x = cosine * of_x - sine * of_y;
    y = sine * of_x + cosine * of_y;
  };
  a(p, p) -= tangent * a(p, q);
  a(q, q) += tangent * a(p, q);
  a(p, q) = 0;  // not what rounding would leave
  for (Index i = 0; i < p; ++i) turn(a(i, p), a(i, q));
  for (Index i = p + 1; i < q; ++i) turn(a(p, i), a(i, q));
  for (Index i = q + 1; i < a.rows(); ++i) turn(a(p, i), a(q, i));
  for (Index i = 0; i < a.rows(); ++i) turn(vectors(i, p), vectors(i, q));
}

}  // namespace

double dot(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Eigen::VectorXd product(const Eigen::MatrixXd& a, const Eigen::VectorXd& x) {
  Eigen::VectorXd y = Eigen::VectorXd::Zero(a.rows());
  for (Index j = 0; j < a.cols(); ++j)
    for (Index i = 0; i < a.rows(); ++i) y[i] += a(i, j) * x[j];
  return y;
}

Index Eigenpairs::rank(double cutoff) const {
  Index count = 0;
  while (count < values.size() && values[count] > cutoff * values[0] && values[count] > 0) ++count;
  return count;
}

Eigenpairs eigenpairs(Eigen::MatrixXd a) {
  constexpr int kMostSweeps = 60;  // 5 to 12 are usual: every sweep squares the error
  const Index n = a.rows();
  Eigen::MatrixXd vectors = Eigen::MatrixXd::Identity(n, n);
  bool rotated = true;
  for (int sweep = 0; sweep < kMostSweeps && rotated; ++sweep) {
    rotated = false;
    for (Index p = 0; p < n; ++p)
      for (Index q = p + 1; q < n; ++q) {
        const double negligible = kEpsilon * std::sqrt(std::fabs(a(p, p))) * std::sqrt(std::fabs(a(q, q)));
        if (std::fabs(a(p, q)) <= negligible) continue;
        rotate(a, vectors, p, q);
        rotated = true;
      }
  }
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return a(i, i) > a(j, j); });
  Eigenpairs pairs{Eigen::VectorXd(n), Eigen::MatrixXd(n, n)};
  for (Index k = 0; k < n; ++k) {
    const Index from = order[static_cast<std::size_t>(k)];
    pairs.values[k] = a(from, from);
    for (Index i = 0; i < n; ++i) pairs.vectors(i, k) = vectors(i, from);
  }
  return pairs;
}

Eigen::VectorXd solve_least(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  const Eigenpairs pairs = eigenpairs(a);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
  for (Index k = 0; k < pairs.rank(); ++k) {
    double along = 0;
    for (Index i = 0; i < b.size(); ++i) along += pairs.vectors(i, k) * b[i];
    for (Index i = 0; i < b.size(); ++i) x[i] += along / pairs.values[k] * pairs.vectors(i, k);
  }
  return x;
}

Cholesky::Cholesky(const Eigen::MatrixXd& a, double cutoff)
    : lower_(Eigen::MatrixXd::Zero(a.rows(), a.rows())) {
  const Index n = a.rows();
  for (Index j = 0; j < n; ++j) {
    double* const column = lower_.col(j).data();
    for (Index i = j; i < n; ++i) column[i] = a(i, j);
    for (Index k = 0; k < j; ++k) {
      const double* const before = lower_.col(k).data();
      const double factor = before[j];
      for (Index i = j; i < n; ++i) column[i] -= before[i] * factor;
    }
    if (!(column[j] > cutoff * a(j, j))) {
      for (Index i = j; i < n; ++i) column[i] = 0;
      continue;
    }
    ++rank_;
    column[j] = std::sqrt(column[j]);
    for (Index i = j + 1; i < n; ++i) column[i] /= column[j];
  }
}

Eigen::VectorXd Cholesky::solve(Eigen::VectorXd x) const {
  const Index n = x.size();
  for (Index i = 0; i < n; ++i) {
    const double* const column = lower_.col(i).data();
    x[i] = column[i] > 0 ? x[i] / column[i] : 0;
    for (Index k = i + 1; k < n; ++k) x[k] -= column[k] * x[i];
  }
  for (Index i = n - 1; i >= 0; --i) {
    const double* const column = lower_.col(i).data();
    if (column[i] == 0) continue;  // stays 0
    for (Index k = i + 1; k < n; ++k) x[i] -= column[k] * x[k];
    x[i] /= column[i];
  }
  return x;
}

}  // namespace sand::optim
