#include "optim/quadratic.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "optim/small_matrix.h"
#include "tensor/elementary.h"

namespace sand::optim {
namespace {

double largest(const Eigen::VectorXd& x) {
  double found = 0;
  for (const double number : x) found = std::max(found, std::fabs(number));
  return found;
}

double sum_of(const Eigen::VectorXd& x) { return dot(x, Eigen::VectorXd::Ones(x.size())); }

/// x >= 0 and its slopes z >= 0 approach a solution, in which every x_e z_e is 0.
class InteriorPoint {
 public:
  InteriorPoint(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, bool on_simplex)
      : a_(a),
        b_(b),
        on_simplex_(on_simplex),
        ones_(Eigen::VectorXd::Ones(b.size())),
        x_(on_simplex ? ones_ / static_cast<double>(b.size()) : ones_),
        z_(ones_) {}

  const Eigen::VectorXd& x() const { return x_; }
  const Eigen::VectorXd& z() const { return z_; }
  double mean_product() const { return dot(x_, z_) / static_cast<double>(x_.size()); }

  void step() {
    constexpr double kRidge = 1e-14;  // keeps the factors finite if rows depend on each other
    const double product = mean_product();
    Eigen::MatrixXd curvature = a_;
    for (Index e = 0; e < x_.size(); ++e) curvature(e, e) += z_[e] / x_[e] + kRidge;
    const Cholesky factors(curvature, 0);
    const Eigen::VectorXd along_ones = on_simplex_ ? factors.solve(ones_) : ones_;

    const Change ahead = change(factors, along_ones, Eigen::VectorXd::Zero(x_.size()));
    const double reach = std::min(1.0, most(ahead));
    const double left =
        dot(x_ + reach * ahead.x, z_ + reach * ahead.z) / static_cast<double>(x_.size()) / product;
    // After a short step the prediction is useless, and the next step only goes towards equal products.
    const Eigen::VectorXd target = last_step_ < 0.1
                                       ? Eigen::VectorXd(0.5 * product * ones_)
                                       : Eigen::VectorXd(left * left * left * product * ones_ -
                                                         reach * reach * ahead.x.cwiseProduct(ahead.z));
    const Change corrected = change(factors, along_ones, target);
    last_step_ = std::min(1.0, 0.995 * most(corrected));
    x_ += last_step_ * corrected.x;
    z_ += last_step_ * corrected.z;
    level_ += last_step_ * corrected.level;
  }

 private:
  struct Change {
    Eigen::VectorXd x, z;
    double level;
  };

  /// Newton's step to x_e z_e = target_e, a x + b = z + level and sum x = 1.
  Change change(const Cholesky& factors, const Eigen::VectorXd& along_ones,
                const Eigen::VectorXd& target) const {
    const Eigen::VectorXd error = product(a_, x_) + b_ - z_ - level_ * ones_;
    Change made{factors.solve(target.cwiseQuotient(x_) - z_ - error), {}, 0};
    if (on_simplex_) {
      made.level = (1 - sum_of(x_) - sum_of(made.x)) / sum_of(along_ones);
      made.x += made.level * along_ones;
    }
    made.z = (target - z_.cwiseProduct(made.x)).cwiseQuotient(x_) - z_;
    return made;
  }

  /// The longest step that leaves x and z above 0.
  double most(const Change& change) const {
    double longest = 1e300;
    for (Index e = 0; e < x_.size(); ++e) {
      if (change.x[e] < 0) longest = std::min(longest, -x_[e] / change.x[e]);
      if (change.z[e] < 0) longest = std::min(longest, -z_[e] / change.z[e]);
    }
    return longest;
  }

  const Eigen::MatrixXd& a_;
  const Eigen::VectorXd& b_;
  bool on_simplex_;
  const Eigen::VectorXd ones_;
  Eigen::VectorXd x_, z_;
  double level_ = 0;  // the common slope of the numbers above 0, on the simplex
  double last_step_ = 1;
};

using Set = std::vector<Index>;  // in ascending order

/// The solution in which just the numbers of `set` may differ from 0; none if it is not unique, or is no
/// solution up to rounding.
std::optional<Eigen::VectorXd> exact_on(const Set& set, const Eigen::MatrixXd& a, const Eigen::VectorXd& b,
                                        bool on_simplex) {
  const auto n = static_cast<Index>(set.size());
  Eigen::MatrixXd inner(n, n);
  Eigen::VectorXd of_b(n);
  for (Index i = 0; i < n; ++i) {
    of_b[i] = b[set[static_cast<std::size_t>(i)]];
    for (Index j = 0; j < n;
         ++j)  // on the simplex, 1 is added everywhere: it changes no difference of slopes
      inner(i, j) =
          a(set[static_cast<std::size_t>(i)], set[static_cast<std::size_t>(j)]) + (on_simplex ? 1 : 0);
  }
  const Cholesky factors(inner);
  if (factors.rank() < n) return {};
  Eigen::VectorXd found = factors.solve(-of_b);
  if (on_simplex) {
    const Eigen::VectorXd along_ones = factors.solve(Eigen::VectorXd::Ones(n));
    found += (1 - sum_of(found)) / sum_of(along_ones) * along_ones;
  }
  Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
  for (Index i = 0; i < n; ++i) x[set[static_cast<std::size_t>(i)]] = found[i];
  Eigen::VectorXd slope = product(a, x) + b;
  if (on_simplex) slope.array() -= dot(slope, x);
  const double rounding = 1e-14 * (1 + largest(x));
  if ((x.array() < 0).any() || (slope.array() < -rounding).any()) return {};
  return x;
}

}  // namespace

Eigen::VectorXd least_quadratic(const Eigen::MatrixXd& given_a, const Eigen::VectorXd& given_b,
                                bool on_simplex) {
  constexpr int kMostSteps = 60;
  // The largest numbers of a and b become 1; on the simplex this needs one common factor.
  double scale_a = largest(given_a.diagonal()), scale_b = largest(given_b);
  if (on_simplex) scale_a = scale_b = std::max(scale_a, scale_b);
  if (scale_a == 0 || scale_b == 0)
    return on_simplex ? Eigen::VectorXd::Constant(given_b.size(), 1.0 / static_cast<double>(given_b.size()))
                      : Eigen::VectorXd::Zero(given_b.size());
  const Eigen::MatrixXd a = given_a / scale_a;
  const Eigen::VectorXd b = given_b / scale_b;
  InteriorPoint point(a, b, on_simplex);
  for (int step = 0; step < kMostSteps && point.mean_product() > 1e-18; ++step) point.step();
  Set set;
  for (Index e = 0; e < b.size(); ++e)
    if (point.x()[e] > point.z()[e]) set.push_back(e);
  return scale_b / scale_a * exact_on(set, a, b, on_simplex).value_or(point.x());
}

Eigen::VectorXd least_above(const Eigen::MatrixXd& g, const Eigen::VectorXd& least) {
  const Eigen::VectorXd slope = product(g, least);
  if ((slope.array() >= 0).all()) return least;
  return least + least_quadratic(g, slope, false);
}

Eigen::VectorXd least_on_simplex(const Eigen::MatrixXd& g, const Eigen::VectorXd& b, double radius) {
  constexpr int kMostSteps = 60;
  const auto weights = [&](double nu) { return least_quadratic(g, nu * b, true); };
  const auto length = [&](const Eigen::VectorXd& w) {
    return std::sqrt(std::max(0.0, dot(w, product(g, w))));
  };
  const double longest = std::sqrt(largest(g.diagonal()));
  double low = 1e-7 * longest / radius, high = longest / radius;  // of nu
  Eigen::VectorXd w = weights(low);
  double above = length(w) - radius * low;  // falls in nu, from above 0 to below
  if (!(above > 0)) return Eigen::VectorXd::Zero(g.rows());
  double below = longest - radius * high - 1e-15 * longest;
  int moved = 0;  // 1: low, -1: high, in the step before
  for (int step = 0; step < kMostSteps && high - low > 1e-15 * high; ++step) {
    const double nu = std::clamp((low * below - high * above) / (below - above), low, high);
    w = weights(nu);
    const double value = length(w) - radius * nu;
    if (std::fabs(value) <= 1e-14 * radius * nu) break;
    if (value > 0) {
      low = nu, above = value;
      if (moved == 1) below /= 2;  // or a bound that never moves would slow the search down
    } else {
      high = nu, below = value;
      if (moved == -1) above /= 2;
    }
    moved = value > 0 ? 1 : -1;
  }
  return w;
}

Eigen::VectorXd bargain(const Eigen::MatrixXd& given) {
  constexpr int kMostSteps = 100;
  constexpr double kRidge = 1e-10;
  const Index domains = given.rows();
  Eigen::VectorXd size(domains);  // of the rows: G is scaled to a diagonal of 1
  for (Index e = 0; e < domains; ++e) size[e] = std::sqrt(given(e, e));
  Eigen::MatrixXd g(domains, domains);
  for (Index i = 0; i < domains; ++i)
    for (Index j = 0; j < domains; ++j) g(i, j) = i == j ? 1 + kRidge : given(i, j) / size[i] / size[j];
  Eigen::VectorXd w = Eigen::VectorXd::Constant(domains, 1 / std::sqrt(static_cast<double>(domains)));
  double last = 1e300;
  for (int step = 0; step < kMostSteps; ++step) {
    // Newton's step, relative to w: its matrix is W G W + 1
    const Eigen::VectorXd gains = w.cwiseProduct(product(g, w));
    const Eigen::VectorXd slope = gains - Eigen::VectorXd::Ones(domains);
    Eigen::MatrixXd curvature(domains, domains);
    for (Index i = 0; i < domains; ++i)
      for (Index j = 0; j < domains; ++j) curvature(i, j) = w[i] * g(i, j) * w[j] + (i == j ? 1 : 0);
    const Eigen::VectorXd change = -Cholesky(curvature, 0).solve(slope);
    const double squared = std::max(0.0, -dot(slope, change));  // of the decrement
    if (squared < 0.01 && !(squared < last / 2)) break;         // only rounding is left
    last = squared;
    // The function along the step, minus its value at 0; its matrix is that of the step without 1.
    const double linear = dot(gains, change), square = squared - dot(change, change);
    const auto rise = [&](double part) {
      double sum = part * linear + part * part / 2 * square;
      for (const double x : change) sum -= sand::log1p(part * x);  // NaN at or below w = 0
      return sum;
    };
    double part = 1;
    if (squared >= 0.01)  // else the whole step is a good one
      while (!(rise(part) < -0.1 * part * squared) && part > 1e-9) part /= 2;
    w.array() *= 1 + part * change.array();
  }
  return w.cwiseQuotient(size);
}

}  // namespace sand::optim
