#include "optim/quadratic.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "optim/small_matrix.h"

namespace sand::optim {
namespace {

using Set = std::vector<Index>;  // in ascending order

Eigen::MatrixXd part(const Eigen::MatrixXd& g, const Set& set) {
  const auto n = static_cast<Index>(set.size());
  Eigen::MatrixXd found(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      found(i, j) = g(set[static_cast<std::size_t>(i)], set[static_cast<std::size_t>(j)]);
  return found;
}

Eigen::VectorXd part(const Eigen::VectorXd& x, const Set& set) {
  Eigen::VectorXd found(static_cast<Index>(set.size()));
  for (Index i = 0; i < found.size(); ++i) found[i] = x[set[static_cast<std::size_t>(i)]];
  return found;
}

void insert(Set& set, Index e) { set.insert(std::upper_bound(set.begin(), set.end(), e), e); }

/// Moves x from its place towards `target` on the set, as far as no number becomes negative; removes those
/// that become 0. Returns whether it arrived.
bool move(Eigen::VectorXd& x, Set& set, const Eigen::VectorXd& target) {
  double step = 1;
  for (Index i = 0; i < target.size(); ++i) {
    const double from = x[set[static_cast<std::size_t>(i)]];
    if (target[i] <= 0) step = std::min(step, from > target[i] ? from / (from - target[i]) : 0.0);
  }
  bool arrived = true;
  Set kept;
  for (Index i = 0; i < target.size(); ++i) {
    const Index e = set[static_cast<std::size_t>(i)];
    const double from = x[e], to = from + step * (target[i] - from);
    const bool stops = target[i] <= 0 && (step == 0 || to <= 1e-15 * std::fabs(from));
    x[e] = stops ? 0.0 : step == 1 ? target[i] : to;
    arrived = arrived && !stops;
    if (!stops) kept.push_back(e);
  }
  set = std::move(kept);
  return arrived && step == 1;
}

}  // namespace

Eigen::VectorXd least_above(const Eigen::MatrixXd& g, const Eigen::VectorXd& least) {
  const Index domains = g.rows();
  const Eigen::VectorXd start = product(g, least);  // the slope at w = least
  double scale = 0;
  for (Index e = 0; e < domains; ++e) scale = std::max(scale, std::fabs(start[e]));
  Eigen::VectorXd x = Eigen::VectorXd::Zero(domains);  // w - least
  Set free;
  for (Index change = 0; change < 10 * domains; ++change) {
    const Eigen::VectorXd slope = product(g, x) + start;
    Index steepest = -1;
    for (Index e = 0; e < domains; ++e)
      if (!std::binary_search(free.begin(), free.end(), e) && slope[e] < -1e-14 * scale &&
          (steepest < 0 || slope[e] < slope[steepest]))
        steepest = e;
    if (steepest < 0) break;
    insert(free, steepest);
    while (!free.empty() && !move(x, free, solve_positive(part(g, free), -part(start, free)))) {
    }
  }
  return least + x;
}

namespace {

/// b^T w + radius sqrt(w^T G w), on the simplex.
struct Cone {
  const Eigen::MatrixXd& g;
  const Eigen::VectorXd& b;
  double radius;

  double value(const Eigen::VectorXd& w) const {
    return dot(b, w) + radius * std::sqrt(std::max(0.0, dot(w, product(g, w))));
  }
  /// The least w on the affine hull of a set; empty if there is none. There G y = t 1 - b with y = radius w /
  /// |g_w|, and y^T G y = radius^2 is a quadratic in t.
  template <class Solve>
  Eigen::VectorXd on(const Set& set, const Solve& solve) const {
    const Eigen::MatrixXd inner = part(g, set);
    const Eigen::VectorXd of_b = part(b, set), ones = Eigen::VectorXd::Ones(of_b.size());
    const Eigen::VectorXd p = solve(inner, ones), q = solve(inner, of_b);
    const double pp = dot(ones, p), pq = dot(ones, q), qq = dot(of_b, q) - radius * radius;
    const double t = (pq + std::sqrt(std::max(0.0, pq * pq - pp * qq))) / pp;
    const Eigen::VectorXd y = t * p - q;
    const double sum = dot(ones, y);
    return sum > 0 ? Eigen::VectorXd(y / sum) : Eigen::VectorXd();
  }
};

Eigen::VectorXd spread(const Eigen::VectorXd& of_set, const Set& set, Index domains) {
  Eigen::VectorXd w = Eigen::VectorXd::Zero(domains);
  for (std::size_t i = 0; i < set.size(); ++i) w[set[i]] = of_set[static_cast<Index>(i)];
  return w;
}

}  // namespace

Eigen::VectorXd least_on_simplex(const Eigen::MatrixXd& given, const Eigen::VectorXd& b, double radius) {
  const Index domains = given.rows();
  Eigen::MatrixXd g = given;  // with a ridge, so that rows that depend on each other share their weight
  for (Index e = 0; e < domains; ++e) g(e, e) *= 1 + 1e-9;
  const Cone ridged{g, b, radius}, cone{given, b, radius};
  Eigen::VectorXd w = Eigen::VectorXd::Zero(domains), best;
  for (Index e = 0; e < domains; ++e) {
    const Eigen::VectorXd alone = Eigen::VectorXd::Unit(domains, e);
    if (e == 0 || cone.value(alone) < cone.value(best)) best = alone, w = alone;
  }
  Set set;
  for (Index e = 0; e < domains; ++e)
    if (w[e] > 0) set.push_back(e);
  for (Index change = 0; change < 10 * domains; ++change) {
    const Eigen::VectorXd along = product(g, w);
    const double length = std::sqrt(std::max(0.0, dot(w, along)));
    if (length == 0) return Eigen::VectorXd::Zero(domains);
    const Eigen::VectorXd slope = b + radius / length * along;
    const double level = dot(slope, w);  // the common slope of the set
    Index lowest = -1;
    for (Index e = 0; e < domains; ++e)
      if (!std::binary_search(set.begin(), set.end(), e) && (lowest < 0 || slope[e] < slope[lowest]))
        lowest = e;
    if (lowest < 0 || slope[lowest] >= level - 1e-13 * (std::fabs(level) + radius * length)) break;
    insert(set, lowest);
    for (bool arrived = false; !arrived && !set.empty();) {
      const Eigen::VectorXd target = ridged.on(set, solve_positive);
      if (target.size() == 0) break;
      arrived = move(w, set, target);
    }
  }
  const Eigen::VectorXd exact = cone.on(set, solve_least);  // on the set that was found, without the ridge
  if (exact.size() == 0 || (exact.array() < 0).any()) return w;
  const Eigen::VectorXd polished = spread(exact, set, domains);
  return cone.value(polished) <= cone.value(w) ? polished : w;
}

Eigen::VectorXd bargain(const Eigen::MatrixXd& given) {
  const Index domains = given.rows();
  Eigen::VectorXd size(domains);  // of the rows: G is scaled to a diagonal of 1
  for (Index e = 0; e < domains; ++e) size[e] = std::sqrt(given(e, e));
  Eigen::MatrixXd g(domains, domains);
  for (Index i = 0; i < domains; ++i)
    for (Index j = 0; j < domains; ++j) g(i, j) = i == j ? 1 + 1e-12 : given(i, j) / size[i] / size[j];
  Eigen::VectorXd w = Eigen::VectorXd::Ones(domains);
  for (int step = 0; step < 100; ++step) {
    const Eigen::VectorXd slope = product(g, w) - w.cwiseInverse();
    Eigen::MatrixXd curvature = g;
    for (Index e = 0; e < domains; ++e) curvature(e, e) += 1 / (w[e] * w[e]);
    const Eigen::VectorXd change = -solve_positive(curvature, slope);
    const double decrement = std::sqrt(std::max(0.0, -dot(slope, change)));
    w += change / (decrement > 0.25 ? 1 + decrement : 1);  // the damping of self-concordant functions
    if (decrement < 1e-13) break;
  }
  return w.cwiseQuotient(size);
}

}  // namespace sand::optim
