// Every function against long double on dense points, and against MPFR with 200 bits on sparse ones.
#include "tensor/elementary.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tensor/fingerprint.h"
#include "tensor/random.h"
#include "tests/tensor/ulp.h"

using namespace sand::testing;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kMostDouble = std::numeric_limits<double>::max(),
                 kMostFloat = std::numeric_limits<float>::max();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN(), kSubnormal = 0x1p-1074;

int mpfr_sigmoid(mpfr_t y, const mpfr_t x, mpfr_rnd_t round) {
  mpfr_neg(y, x, round);
  mpfr_exp(y, y, round);
  mpfr_add_ui(y, y, 1, round);
  return mpfr_ui_div(y, 1, y, round);
}

int mpfr_softplus(mpfr_t y, const mpfr_t x, mpfr_rnd_t round) {
  mpfr_exp(y, x, round);
  return mpfr_log1p(y, y, round);
}

long double sigmoidl(long double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
long double softplusl(long double x) { return std::max(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }

/// One function under test: ours in two types, its references, and the range of its points.
struct Function {
  const char* name;
  double (*ours)(double);
  float (*ours_float)(float);
  long double (*dense)(long double);
  int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
  double low, high;         // even points are drawn between these
  double last;              // the largest argument
  const char* fingerprint;  // of 10,000 values
};

const Function kFunctions[] = {
    {"exp", sand::exp, sand::exp, std::exp, mpfr_exp, -745.2, 709.8, 709.8, "4d3ec82dec806386"},
    {"expm1", sand::expm1, [](float x) { return static_cast<float>(sand::expm1(static_cast<double>(x))); },
     std::expm1, mpfr_expm1, -50, 709.7, 709.8, "33ab31fe2e1f19ca"},
    {"log", sand::log, sand::log, std::log, mpfr_log, 0, 10, kMostDouble, "9abc0b1a17b45281"},
    {"log1p", sand::log1p, sand::log1p, std::log1p, mpfr_log1p, -1, 10, kMostDouble, "090c74eebc34260e"},
    {"tanh", sand::tanh, sand::tanh, std::tanh, mpfr_tanh, -25, 25, kMostDouble, "897b81a5fc926ccc"},
    {"sigmoid", sand::sigmoid, sand::sigmoid, sigmoidl, mpfr_sigmoid, -740, 50, kMostDouble,
     "47332f5b08b231c5"},
    {"softplus", sand::softplus, sand::softplus, softplusl, mpfr_softplus, -740, 50, kMostDouble,
     "c92400c2c3d22dc8"},
};

/// Points in the domain of a function: evenly drawn ones, some around 0 and 1 on every scale, and a few by
/// hand.
std::vector<double> points(const Function& f, int count) {
  sand::Random random(1);
  std::vector<double> points = {
      f.low, f.high, 0.0, 1.0, 0.5, std::sqrt(0.5), std::sqrt(2.0), std::log(2.0) / 2, 0x1p-1022, 0x1p-1074};
  for (int i = 0; i < count; ++i) {
    const double small = (random.bits() & 1 ? 1 : -1) *
                         std::ldexp(random.uniform(1, 2), -static_cast<int>(random.below(1080)));
    points.insert(points.end(),
                  {random.uniform(f.low, f.high), random.uniform(-2, 2), small, 1 + small, small * 0x1p1000});
  }
  points.erase(
      std::remove_if(points.begin(), points.end(), [&](double x) { return x < f.low || x > f.last; }),
      points.end());
  return points;
}

/// Calls at the ends of a range, and the values that the function tends to there.
struct Value {
  const char* call;
  double found, expected;
};
const Value kEnds[] = {
    {"exp(0)", sand::exp(0.0), 1},
    {"exp(-0)", sand::exp(-0.0), 1},
    {"exp(inf)", sand::exp(kInfinite), kInfinite},
    {"exp(-inf)", sand::exp(-kInfinite), 0},
    {"exp(710)", sand::exp(710.0), kInfinite},
    {"exp(709.782712893384)", sand::exp(0x1.62e42fefa39efp+9), 0x1.fffffffffff2ap+1023},
    {"exp(709.7827128933841)", sand::exp(0x1.62e42fefa39f0p+9), kInfinite},
    {"exp(-745.13)", sand::exp(-745.13), kSubnormal},
    {"exp(-745.14)", sand::exp(-745.14), 0},
    {"exp(NaN)", sand::exp(kNotANumber), kNotANumber},
    {"expm1(0)", sand::expm1(0.0), 0.0},
    {"expm1(-0)", sand::expm1(-0.0), -0.0},
    {"expm1(subnormal)", sand::expm1(kSubnormal), kSubnormal},
    {"expm1(-inf)", sand::expm1(-kInfinite), -1},
    {"expm1(NaN)", sand::expm1(kNotANumber), kNotANumber},
    {"log(0)", sand::log(0.0), -kInfinite},
    {"log(-0)", sand::log(-0.0), -kInfinite},
    {"log(1)", sand::log(1.0), 0.0},
    {"log(inf)", sand::log(kInfinite), kInfinite},
    {"log(-1)", sand::log(-1.0), kNotANumber},
    {"log(-inf)", sand::log(-kInfinite), kNotANumber},
    {"log(-subnormal)", sand::log(-kSubnormal), kNotANumber},
    {"log(NaN)", sand::log(kNotANumber), kNotANumber},
    {"log1p(0)", sand::log1p(0.0), 0.0},
    {"log1p(-0)", sand::log1p(-0.0), -0.0},
    {"log1p(subnormal)", sand::log1p(kSubnormal), kSubnormal},
    {"log1p(-1)", sand::log1p(-1.0), -kInfinite},
    {"log1p(-2)", sand::log1p(-2.0), kNotANumber},
    {"log1p(inf)", sand::log1p(kInfinite), kInfinite},
    {"log1p(-inf)", sand::log1p(-kInfinite), kNotANumber},
    {"log1p(NaN)", sand::log1p(kNotANumber), kNotANumber},
    {"tanh(0)", sand::tanh(0.0), 0.0},
    {"tanh(-0)", sand::tanh(-0.0), -0.0},
    {"tanh(subnormal)", sand::tanh(kSubnormal), kSubnormal},
    {"tanh(inf)", sand::tanh(kInfinite), 1},
    {"tanh(-inf)", sand::tanh(-kInfinite), -1},
    {"tanh(largest)", sand::tanh(kMostDouble), 1},
    {"tanh(NaN)", sand::tanh(kNotANumber), kNotANumber},
    {"sigmoid(0)", sand::sigmoid(0.0), 0.5},
    {"sigmoid(inf)", sand::sigmoid(kInfinite), 1},
    {"sigmoid(-inf)", sand::sigmoid(-kInfinite), 0},
    {"sigmoid(NaN)", sand::sigmoid(kNotANumber), kNotANumber},
    {"softplus(inf)", sand::softplus(kInfinite), kInfinite},
    {"softplus(-inf)", sand::softplus(-kInfinite), 0},
    {"softplus(largest)", sand::softplus(kMostDouble), kMostDouble},
    {"softplus(NaN)", sand::softplus(kNotANumber), kNotANumber},
    {"exp(89f)", sand::exp(89.0f), kInfinite},
    {"exp(-104f)", sand::exp(-104.0f), 0},
    {"log(0f)", sand::log(0.0f), -kInfinite},
    {"log1p(-1f)", sand::log1p(-1.0f), -kInfinite},
};

}  // namespace

TEST_CASE("In double, every function is within 2.5 ulp of long double on dense points") {
  for (const Function& f : kFunctions) {
    Worst worst;
    for (const double x : points(f, 30'000)) {
      const long double exact = f.dense(x);
      if (std::fabs(exact) <= kMostDouble) worst.meet(x, error_in_ulp(f.ours(x), exact, kDouble));
    }
    INFO(std::string(f.name), " at ", worst.at);
    CHECK(worst.error <= 2.5);
    CHECK(worst.error > 0.4);  // else nothing was measured
  }
}

TEST_CASE("In double, every function is within 2.5 ulp of 200 exact bits on sparse points") {
  Judge judge;
  for (const Function& f : kFunctions) {
    Worst worst;
    for (const double x : points(f, 400)) {
      judge.ask(f.exact, x);
      if (!judge.overflows(kMostDouble)) worst.meet(x, judge.error_in_ulp(f.ours(x), kDouble));
    }
    INFO(std::string(f.name), " at ", worst.at);
    CHECK(worst.error <= 2.5);
    CHECK(worst.error > 0.4);
  }
}

TEST_CASE("In float, every function is within 0.501 ulp, on every 16381st float") {
  for (const Function& f : kFunctions) {
    Worst worst;
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 16381) {
      const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (!(x >= f.low && x <= f.last)) continue;
      const long double exact = f.dense(x);
      if (std::fabs(exact) <= kMostFloat) worst.meet(x, error_in_ulp(f.ours_float(x), exact, kFloat));
    }
    INFO(std::string(f.name), " at ", worst.at);
    CHECK(worst.error <= 0.501);
    CHECK(worst.error > 0.4);
  }
}

TEST_CASE("In float, every function is within 0.501 ulp of 200 exact bits on sparse points") {
  Judge judge;
  for (const Function& f : kFunctions) {
    Worst worst;
    for (const double point : points(f, 400)) {
      const float x = static_cast<float>(point);
      if (!(x >= f.low && x <= f.last)) continue;
      judge.ask(f.exact, x);
      if (!judge.overflows(kMostFloat)) worst.meet(x, judge.error_in_ulp(f.ours_float(x), kFloat));
    }
    INFO(std::string(f.name), " at ", worst.at);
    CHECK(worst.error <= 0.501);
  }
}

TEST_CASE("At the ends of its range, every function has its limit") {
  for (const Value& it : kEnds) {
    const bool same = it.found == it.expected && std::signbit(it.found) == std::signbit(it.expected);
    const bool both_nan = it.found != it.found && it.expected != it.expected;
    CHECK_MESSAGE((same || both_nan), std::string(it.call), " is ", it.found, ", expected ", it.expected);
  }
}

TEST_CASE("Every function gives the same bits on every machine") {
  for (const Function& f : kFunctions) {
    sand::Random random(5);
    std::vector<double> values;
    for (int i = 0; i < 10'000; ++i) values.push_back(f.ours(random.uniform(std::max(f.low, -40.0), 40)));
    INFO(std::string(f.name));
    CHECK(sand::Fingerprint().add(std::span<const double>(values)).text() == std::string(f.fingerprint));
  }
}

TEST_CASE("expm1 overflows to infinity where its exact value does") {
  CHECK(sand::expm1(800.0) == kInfinite);
  CHECK(sand::expm1(kInfinite) == kInfinite);
  CHECK(error_in_ulp(sand::expm1(709.5), std::expm1(709.5L), kDouble) <= 2.5);
}

TEST_CASE("tanh is odd to the last bit and never passes 1") {
  for (double x = 0; x < 25; x += 0x1p-8) {
    CHECK(sand::tanh(-x) == -sand::tanh(x));
    CHECK(sand::tanh(x) <= 1);
  }
}
