// `sandgrad bench --kernels`: one convolution with each kernel on one core, and the peak of that core.
#include "experiments/commands/bench_kernels.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "tensor/kernels/convolution.h"
#include "tensor/kernels/ladder.h"
#include "tensor/random.h"

namespace sand::experiments {
namespace {

using kernels::Convolution;
using kernels::Table;
using Numbers = std::vector<Scalar>;

constexpr Index kImages = 8;

Numbers random_numbers(Index count, std::uint64_t seed) {
  Random random(seed);
  Numbers numbers(static_cast<std::size_t>(count));
  for (Scalar& number : numbers) number = static_cast<Scalar>(random.uniform(-1, 1));
  return numbers;
}

/// The minimum of several runs: other work on the machine only makes a run slower.
double fastest_ms(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  double least = 1e30, total = 0;
  for (int run = 0; run < 50 && (run < 3 || total < 300); ++run) {
    const Clock::time_point start = Clock::now();
    work();
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    least = std::min(least, ms);
    total += ms;
  }
  return least;
}

/// The convolution that all kernels compute: the third of MNIST_CNN, 128 channels to 128, 14 x 14.
struct Problem {
  Convolution s = kernels::convolution({kImages, 14, 14, 128}, {128, 128, 3, 3}, 1, 1,
                                       kernels::ConvolutionMethod::direct);
  Index size_of_x = kImages * s.height * s.width * s.channels,
        size_of_y = kImages * s.out_height * s.out_width * s.outputs;
  Numbers x = random_numbers(size_of_x, 1), w = random_numbers(s.outputs * s.channels * 9, 2),
          bias = random_numbers(s.outputs, 3);
  Numbers dy = random_numbers(size_of_y, 4), y = Numbers(dy.size()), dx = Numbers(x.size()),
          dw = Numbers(w.size());
  double operations = 2.0 * static_cast<double>(size_of_y * s.channels * 9);

  Numbers turned() const {  // w as [kh, kw, c, out]
    Numbers result(w.size());
    for (Index o = 0; o < s.outputs; ++o)
      for (Index k = 0; k < s.channels * 9; ++k)  // k counts (c, tap)
        result[static_cast<std::size_t>((k % 9 * s.channels + k / 9) * s.outputs + o)] =
            w[static_cast<std::size_t>(o * s.channels * 9 + k)];
    return result;
  }
};

struct Rung {
  std::string what;
  double ms;
  double gflops;  ///< counts the multiplications and additions of the formula, however many were done
};

class Ladder {
 public:
  void climb(const std::string& what, double operations, const std::function<void()>& work) {
    const double ms = fastest_ms(work);
    rungs.push_back({what, ms, operations / ms * 1e-6});
  }
  std::vector<Rung> rungs;
};

void climb_table(Ladder& ladder, Problem& p, const Table& table, Index tile) {
  Convolution s = p.s;
  s.tile = tile;
  Numbers filters(static_cast<std::size_t>(table.filters_size(s))),
      kept(static_cast<std::size_t>(table.kept_size(s, kImages)));
  Numbers scratch(static_cast<std::size_t>(table.scratch_size(s, kImages)));
  table.prepare_filters(s, p.w.data(), true, filters.data(), 0, 1);
  const std::string name =
      tile == 0 ? "direct" : "Winograd F(" + std::to_string(tile) + " x " + std::to_string(tile) + ")";
  ladder.climb(name + ", y", p.operations, [&] {
    table.convolve(s, kImages, p.x.data(), filters.data(), p.bias.data(), p.y.data(), kept.data(),
                   scratch.data());
  });
  const auto back = [&](Scalar* dx, Scalar* dw) {
    table.convolve_back(s, kImages, p.x.data(), filters.data(), p.dy.data(), dx, dw, kept.data(),
                        scratch.data());
  };
  ladder.climb(name + ", dx", p.operations, [&] { back(p.dx.data(), nullptr); });
  ladder.climb(name + ", dw", p.operations, [&] { back(nullptr, p.dw.data()); });
}

void climb_product(Ladder& ladder, const Table& table) {
  constexpr Index kSide = 384;
  const Numbers a = random_numbers(kSide * kSide, 1), b = random_numbers(kSide * kSide, 2);
  Numbers c(a.size()), packed(static_cast<std::size_t>(table.packed_size(kSide, kSide)));
  table.pack({b.data(), kSide, 1}, kSide, kSide, packed.data(), 0, 1);
  ladder.climb("product of matrices, 384 x 384 x 384", 2.0 * kSide * kSide * kSide, [&] {
    table.multiply({a.data(), kSide, 1}, packed.data(), c.data(), kSide, kSide, kSide, kSide);
  });
}

}  // namespace

int bench_kernels(bool json) {
  Problem p;
  const Table& table = kernels::chosen();
  Ladder ladder;
  constexpr Index kRounds = 1 << 20;
  ladder.climb("peak: fused multiply-adds in registers",
               2.0 * static_cast<double>(table.fused_multiply_adds(kRounds)),
               [&] { table.fused_multiply_adds(kRounds); });
  climb_product(ladder, table);
  ladder.climb("naive, y", p.operations, [&] {
    kernels::convolve_naively(p.s, kImages, p.x.data(), p.w.data(), p.bias.data(), p.y.data());
  });
  const Numbers turned = p.turned();
  ladder.climb("in order, y", p.operations, [&] {
    kernels::convolve_in_order(p.s, kImages, p.x.data(), turned.data(), p.bias.data(), p.y.data());
  });
  for (const Index tile : {0, 2, 4, 5}) climb_table(ladder, p, table, tile);

  const double peak = ladder.rungs[0].gflops;
  if (!json)
    std::printf(
        "One core, kernels %s; convolution 3 x 3 of %td images, 14 x 14, 128 channels to 128\n\n%-40s %10s "
        "%10s %8s\n",
        table.name, kImages, "", "ms", "GFLOP/s", "of peak");
  for (const Rung& rung : ladder.rungs) {
    if (json)
      std::printf("%s\n", nlohmann::ordered_json{{"kernel", rung.what},
                                                 {"ms", rung.ms},
                                                 {"gflops", rung.gflops},
                                                 {"of_peak", rung.gflops / peak}}
                              .dump()
                              .c_str());
    else
      std::printf("%-40s %10.3f %10.1f %7.0f%%\n", rung.what.c_str(), rung.ms, rung.gflops,
                  100 * rung.gflops / peak);
  }
  return 0;
}

}  // namespace sand::experiments
