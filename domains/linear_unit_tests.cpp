#include "domains/linear_unit_tests.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tensor/elementary.h"
#include "tensor/error.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kConstantsStream = 0x6c757463;    // "lutc"
constexpr std::uint32_t kRowsStream = 0x6c757472;         // "lutr"
constexpr std::uint32_t kShuffleRowsStream = 0x6c757470;  // "lutp"
constexpr int kParts = 3;                                 // training, validation, test

using Part5 = std::array<double, kLinearPart>;
using Matrix5 = std::array<double, kLinearPart * kLinearPart>;

/// The constants of a domain; those of the other examples are unused.
struct LinearDomain {
  double sigma = 0, p = 0, s = 0;
  Part5 centre{};
};

/// The constants of a problem.
struct Problem {
  int example = 1;
  LinearScramble scramble{};
  Matrix5 to_y{}, to_z{};
  std::vector<LinearDomain> domains;
};

/// One row before it is scrambled.
struct LinearRow {
  Part5 x{}, z{};
  double target = 0;  // a class, or the number to predict
};

double power_of_ten(double x) {
  constexpr double kLn10 = 2.302585092994045684;
  return sand::exp(x * kLn10);
}

Matrix5 draw_matrix(Random& random) {
  Matrix5 matrix;
  for (double& number : matrix) number = random.normal() / kLinearPart;
  return matrix;
}

LinearDomain draw_domain(int example, std::size_t number, Random& random) {
  constexpr double kSigma[] = {0.1, 1.5, 2}, kP[] = {0.95, 0.97, 0.99}, kS[] = {0.3, 0.5, 0.7};
  const bool published = number < 3;
  LinearDomain domain;
  if (example == 1) domain.sigma = published ? kSigma[number] : power_of_ten(random.uniform(-2, 1));
  if (example == 2) {
    domain.p = published ? kP[number] : random.uniform(0.9, 1);
    domain.s = published ? kS[number] : random.uniform(0.3, 0.7);
  }
  if (example == 3)
    for (double& number_of_centre : domain.centre) number_of_centre = random.normal();
  return domain;
}

Problem draw_problem(const LinearExampleOptions& o) {
  Random random(o.seed, kConstantsStream);
  Problem problem;
  problem.example = o.example;
  for (std::size_t i = 0; i < problem.scramble.size(); ++i)
    problem.scramble[i] = o.scrambled ? random.normal() : i % (kLinearInputs + 1) == 0;
  if (o.scrambled) problem.scramble = orthogonal_factor(problem.scramble);
  if (o.example == 1) {
    problem.to_y = draw_matrix(random);
    problem.to_z = draw_matrix(random);
  }
  for (int d = 0; d < o.domains; ++d)
    problem.domains.push_back(draw_domain(o.example, static_cast<std::size_t>(d), random));
  return problem;
}

/// from W + noise u
Part5 through(const Part5& from, const Matrix5& w, double noise, Random& random) {
  Part5 to;
  for (std::size_t j = 0; j < kLinearPart; ++j) {
    to[j] = noise * random.normal();
    for (std::size_t i = 0; i < kLinearPart; ++i) to[j] += from[i] * w[i * kLinearPart + j];
  }
  return to;
}

double sum_of(const Part5& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum;
}

LinearRow regression_row(const Problem& problem, const LinearDomain& domain, Random& random) {
  LinearRow row;
  for (double& x : row.x) x = domain.sigma * random.normal();
  const Part5 y = through(row.x, problem.to_y, domain.sigma, random);
  row.z = through(y, problem.to_z, 1, random);
  row.target = sum_of(y);
  return row;
}

LinearRow animal_row(const LinearDomain& domain, Random& random) {
  const double deviation = 1 / std::sqrt(10.0), scale = 0.01;
  const double cell = random.uniform(), p = domain.p, s = domain.s;
  const double animal = cell < s ? 1 : -1;
  const bool as_usual = animal > 0 ? cell < p * s : cell < s + p * (1 - s);
  LinearRow row;
  for (double& x : row.x) x = (animal + deviation * random.normal()) * scale;
  for (double& z : row.z) z = (as_usual ? animal : -animal) + deviation * random.normal();
  row.target = sum_of(row.x) > 0;
  return row;
}

LinearRow margin_row(const LinearDomain& domain, bool first_half, Random& random) {
  constexpr double kMargin = 0.1, kDeviation = 0.1;
  const double sign = first_half ? 1 : -1;
  LinearRow row;
  for (double& x : row.x) x = sign * kMargin + kDeviation * random.normal();
  for (std::size_t i = 0; i < kLinearPart; ++i)
    row.z[i] = sign * domain.centre[i] + kDeviation * random.normal();
  row.target = !first_half;
  return row;
}

std::vector<LinearRow> draw_rows(const Problem& problem, const LinearDomain& domain, int count,
                                 Random random) {
  std::vector<LinearRow> rows;
  for (int i = 0; i < count; ++i)
    rows.push_back(problem.example == 1   ? regression_row(problem, domain, random)
                   : problem.example == 2 ? animal_row(domain, random)
                                          : margin_row(domain, i < count / 2, random));
  return rows;
}

void shuffle_spurious(std::vector<LinearRow>& rows, Random random) {
  const std::vector<std::uint32_t> order = random.permutation(static_cast<std::uint32_t>(rows.size()));
  std::vector<Part5> parts;
  for (const std::uint32_t from : order) parts.push_back(rows[from].z);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].z = parts[i];
}

/// (x, z) S
void write_input(const LinearRow& row, const LinearScramble& s, Scalar* to) {
  for (std::size_t j = 0; j < kLinearInputs; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < kLinearPart; ++i)
      sum += row.x[i] * s[i * kLinearInputs + j] + row.z[i] * s[(i + kLinearPart) * kLinearInputs + j];
    to[j] = static_cast<Scalar>(sum);
  }
}

Domain linear_domain(std::string name, const Problem& problem, const std::vector<LinearRow>& rows) {
  Domain domain{.name = std::move(name), .example = {kLinearInputs}, .labels = {}, .read = {}};
  const auto inputs = std::make_shared<Tensor>(Shape{static_cast<Index>(rows.size()), kLinearInputs});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    write_input(rows[i], problem.scramble, inputs->data() + i * kLinearInputs);
    if (problem.example == 1)
      domain.values.push_back(static_cast<Scalar>(rows[i].target));
    else
      domain.labels.push_back(static_cast<std::int32_t>(rows[i].target));
  }
  domain.read = [inputs](std::uint32_t example, std::span<Scalar> input) {
    const std::span<const Scalar> numbers = inputs->view().rows(example, 1).numbers();
    std::copy(numbers.begin(), numbers.end(), input.begin());
  };
  return domain;
}

void check_linear_options(const LinearExampleOptions& o) {
  const auto rule = [](bool ok, const char* text, int found) {
    check(ok, [&] {
      return Error(Fault::usage, std::string("linear example: ") + text).fact("found", std::to_string(found));
    });
  };
  rule(o.example >= 1 && o.example <= 3, "the example must be 1, 2 or 3", o.example);
  rule(o.domains >= 2 && o.domains <= 10, "domains must be 2 to 10", o.domains);
  rule(o.rows >= 4 && o.rows <= 1'000'000, "rows must be 4 to 1000000", o.rows);
}

}  // namespace

LinearScramble orthogonal_factor(LinearScramble a) {
  constexpr std::size_t n = kLinearInputs;
  LinearScramble q{};
  for (std::size_t i = 0; i < n; ++i) q[i * n + i] = 1;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    double below = 0;  // sum of squares
    for (std::size_t i = k + 1; i < n; ++i) below += a[i * n + k] * a[i * n + k];
    if (below == 0) continue;
    const double alpha = a[k * n + k], beta = -std::copysign(std::sqrt(alpha * alpha + below), alpha);
    std::array<double, n> v{};  // I - tau v v^T maps the column to beta e_k
    v[k] = 1;
    for (std::size_t i = k + 1; i < n; ++i) v[i] = a[i * n + k] / (alpha - beta);
    const double tau = (beta - alpha) / beta;
    for (std::size_t j = 0; j < n; ++j) {
      double of_a = 0, of_q = 0;  // v^T a_j, and row j of Q times v
      for (std::size_t i = k; i < n; ++i) {
        of_a += v[i] * a[i * n + j];
        of_q += q[j * n + i] * v[i];
      }
      for (std::size_t i = k; i < n; ++i) {
        a[i * n + j] -= tau * v[i] * of_a;
        q[j * n + i] -= tau * of_q * v[i];
      }
    }
  }
  return q;
}

DataSet linear_example(const LinearExampleOptions& o) {
  check_linear_options(o);
  const Problem problem = draw_problem(o);
  DataSet data{.name = "LinearExample" + std::to_string(o.example) + (o.scrambled ? "s" : "") +
                       (o.oracle ? "-Oracle" : ""),
               .source = "rows drawn from seed " + std::to_string(o.seed),
               .example = {kLinearInputs},
               .classes = o.example == 1 ? 0 : 2,
               .domains = {},
               .task = o.example == 1 ? Task::regress : Task::classify};
  if (o.example == 1) data.target_names = {"y"};
  const char* const names[kParts] = {"", " validation", " test"};
  for (int part = 0; part < kParts; ++part)
    for (int d = 0; d < o.domains; ++d) {
      const auto number = static_cast<std::uint32_t>(kParts * d + part);
      std::vector<LinearRow> rows = draw_rows(problem, problem.domains[static_cast<std::size_t>(d)], o.rows,
                                              Random(o.seed, kRowsStream, number));
      if (o.oracle || part == kParts - 1) shuffle_spurious(rows, Random(o.seed, kShuffleRowsStream, number));
      data.domains.push_back(linear_domain("E" + std::to_string(d) + names[part], problem, rows));
    }
  return data;
}

}  // namespace sand::domains
