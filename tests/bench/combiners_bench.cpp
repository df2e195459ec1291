// Every combiner on the gradients of a network of MNIST_CNN's size for 16 domains, and the Gram matrix of 64
// domains, on one and two threads. The counters are bytes/s of the table, and GFLOP/s.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "autograd/gradient_table.h"
#include "optim/card.h"
#include "optim/gram.h"
#include "tensor/kernels/kernels.h"
#include "tensor/random.h"

namespace {

using sand::GradientTable;
using sand::Index;
using sand::Threads;
using namespace sand::optim;

/// Normal gradients with a common part in every second weight, so that masks are partly open.
GradientTable random_gradients(int domains, Index columns) {
  sand::Parameters parameters;
  parameters.add("weight", {columns});
  GradientTable table(parameters.slots(), domains);
  sand::Random random(1);
  for (std::size_t j = 0; j < static_cast<std::size_t>(columns); ++j) {
    const double common = j % 2 == 0 ? random.normal() : 0;
    for (int e = 0; e < domains; ++e)
      table.row(e)[j] = static_cast<sand::Scalar>(1e-3 * (common + random.normal()));
  }
  for (double& loss : table.losses()) loss = random.uniform(0.1, 2);
  return table;
}

double bytes_of(const GradientTable& table) {
  return static_cast<double>(table.domains() * table.columns()) * sizeof(sand::Scalar);
}

std::unique_ptr<Combiner> made(const CombinerCard& card) {
  sand::Hparams hparams;
  for (const sand::HparamRule& rule : card.hparams)
    if (!rule.is_list) hparams[rule.name] = rule.standard;
  if (card.name == std::string("SANDMask") || card.name == std::string("SANDMaskSNR")) hparams["tau"] = 0.5;
  return card.make(hparams, false);
}

void combine(benchmark::State& state, const CombinerCard& card, const GradientTable& table, int threads) {
  const std::unique_ptr<Combiner> combiner = made(card);
  const Threads team(threads);
  for (auto _ : state) benchmark::DoNotOptimize(combiner->combine(table, team).values.data());
  state.counters["bytes/s"] =
      benchmark::Counter(bytes_of(table), benchmark::Counter::kIsIterationInvariantRate);
}

void gram(benchmark::State& state, const GradientTable& table, int threads) {
  Gram product;
  const Threads team(threads);
  for (auto _ : state) benchmark::DoNotOptimize(product(table, team).data());
  const double pairs = table.domains() * (table.domains() + 1) / 2.0;
  state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * pairs * static_cast<double>(table.columns()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

/// The peak of one core for multiply-adds of Scalar; of double, it is that of the double build.
void peak(benchmark::State& state) {
  Index count = 0;
  for (auto _ : state) count += sand::kernels::chosen().fused_multiply_adds(1000);
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(count), benchmark::Counter::kIsRate);
}

}  // namespace

int main(int count, char** arguments) {
  const GradientTable network = random_gradients(16, 371'394), many = random_gradients(64, 100'000);
  benchmark::RegisterBenchmark("peak", peak);
  for (const int threads : {1, 2}) {
    const std::string ending = "/threads:" + std::to_string(threads);
    benchmark::RegisterBenchmark(("gram/64x100000" + ending).c_str(), [&, threads](benchmark::State& state) {
      gram(state, many, threads);
    })->UseRealTime();
    for (const CombinerCard& card : combiners())
      benchmark::RegisterBenchmark(
          (std::string(card.name) + "/16x371394" + ending).c_str(),
          [&, threads](benchmark::State& state) { combine(state, card, network, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 64;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
