// The fast loops, measured for every table that this CPU can run: products and packing at the sizes of the
// published networks, and the elementary functions. On one thread; the counters are GFLOP/s, bytes/s and
// items/s.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "tensor/elementary.h"
#include "tensor/kernels/kernels.h"
#include "tensor/random.h"

namespace {

using sand::Index;
using sand::Scalar;
using sand::kernels::Strided;
using sand::kernels::Table;

/// One product: c [rows, columns] += a [rows, depth] b [depth, columns].
struct Product {
  const char* what;
  Index rows, depth, columns;
  bool a_transposed, b_transposed;
};

// A linear layer holds w [out, in]. Forward: y += x w^T; to the input: dx += dy w; to the weight: dw += dy^T
// x.
constexpr Product kProducts[] = {
    {"ilc/forward", 64, 256, 256, false, true},    {"ilc/to_input", 64, 256, 256, false, false},
    {"ilc/to_weight", 256, 64, 256, true, false},  {"ilc/first_forward", 64, 18, 256, false, true},
    {"ilc/last_forward", 64, 256, 1, false, true}, {"irm/forward", 64, 392, 390, false, true},
    {"irm/to_weight", 390, 64, 392, true, false},  {"irm/hidden_forward", 64, 390, 390, false, true},
    {"large/forward", 512, 512, 512, false, true},
};

std::vector<Scalar> random_numbers(Index count) {
  sand::Random random(1);
  std::vector<Scalar> numbers(static_cast<std::size_t>(count));
  for (Scalar& number : numbers) number = static_cast<Scalar>(random.normal());
  return numbers;
}

Strided matrix(const std::vector<Scalar>& numbers, Index rows, Index columns, bool transposed) {
  return transposed ? Strided{numbers.data(), 1, rows} : Strided{numbers.data(), columns, 1};
}

void multiply(benchmark::State& state, const Table& table, const Product& p) {
  const std::vector<Scalar> a = random_numbers(p.rows * p.depth), b = random_numbers(p.depth * p.columns);
  std::vector<Scalar> c(static_cast<std::size_t>(p.rows * p.columns));
  std::vector<Scalar> packed(static_cast<std::size_t>(table.packed_size(p.depth, p.columns)));
  table.pack(matrix(b, p.depth, p.columns, p.b_transposed), p.depth, p.columns, packed.data(), 0, 1);
  for (auto _ : state) {
    table.multiply(matrix(a, p.rows, p.depth, p.a_transposed), packed.data(), c.data(), p.columns, p.rows,
                   p.depth, p.columns);
    benchmark::ClobberMemory();
  }
  const double operations = 2e-9 * static_cast<double>(p.rows * p.depth * p.columns);
  state.counters["GFLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
}

void pack(benchmark::State& state, const Table& table, const Product& p) {
  const std::vector<Scalar> b = random_numbers(p.depth * p.columns);
  std::vector<Scalar> packed(static_cast<std::size_t>(table.packed_size(p.depth, p.columns)));
  for (auto _ : state) {
    table.pack(matrix(b, p.depth, p.columns, p.b_transposed), p.depth, p.columns, packed.data(), 0, 1);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * p.depth * p.columns * static_cast<Index>(sizeof(Scalar)));
}

/// One elementary function over a row that stays in the first cache.
template <Scalar (*function)(Scalar)>
void elementary(benchmark::State& state) {
  std::vector<Scalar> x = random_numbers(4096), y(x.size());
  for (Scalar& number : x) number = number < 0 ? -number : number;  // log needs positive numbers
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = function(x[i]);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<Index>(x.size()));
}

std::string title(const char* kernel, const Product& p, const Table& table) {
  const std::string size =
      std::to_string(p.rows) + "x" + std::to_string(p.depth) + "x" + std::to_string(p.columns);
  return std::string(kernel) + "/" + p.what + "/" + size + "/" + table.name;
}

}  // namespace

int main(int count, char** arguments) {
  int table_count = 0;
  const Table* const* tables = sand::kernels::tables(&table_count);
  for (const Product& product : kProducts)
    for (int t = 0; t < table_count; ++t) {
      const Table& table = *tables[t];
      benchmark::RegisterBenchmark(title("multiply", product, table).c_str(),
                                   [&](benchmark::State& state) { multiply(state, table, product); });
    }
  for (const Product* product : {&kProducts[0], &kProducts[1], &kProducts[5]})
    for (int t = 0; t < table_count; ++t) {
      const Table& table = *tables[t];
      benchmark::RegisterBenchmark(title("pack", *product, table).c_str(),
                                   [&, product](benchmark::State& state) { pack(state, table, *product); });
    }
  benchmark::RegisterBenchmark("exp", elementary<sand::exp>);
  benchmark::RegisterBenchmark("log", elementary<sand::log>);
  benchmark::RegisterBenchmark("log1p", elementary<sand::log1p>);
  benchmark::RegisterBenchmark("tanh", elementary<sand::tanh>);
  benchmark::RegisterBenchmark("sigmoid", elementary<sand::sigmoid>);
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 64;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
