#include "optim/gram.h"

#include <algorithm>
#include <cstdint>

#include "tensor/kernels/kernels.h"
#include "tensor/sum.h"

namespace sand::optim {
namespace {

constexpr Index kGramTask = 16 * kernels::kGramColumns;  // columns of a task
constexpr int kSpareRows = 3;                            // that the kernel needs

/// The first of these numbers at the start of a cache line.
double* aligned(std::vector<double>& numbers) {
  constexpr std::uintptr_t kLine = 64;
  const auto address = reinterpret_cast<std::uintptr_t>(numbers.data());
  return numbers.data() + (kLine - address % kLine) % kLine / sizeof(double);
}

}  // namespace

const Eigen::MatrixXd& Gram::operator()(const GradientTable& table, const Threads& threads) {
  const int domains = table.domains();
  const auto pairs = static_cast<std::size_t>(domains * (domains + 1) / 2);
  const auto pieces = static_cast<std::size_t>((table.columns() + kGramTask - 1) / kGramTask);
  const auto block = static_cast<std::size_t>((domains + kSpareRows) * kernels::kGramColumns);
  const std::size_t memory = block + pairs * kernels::kGramChains;
  parts_.resize(pairs * pieces);
  blocks_.resize(memory * static_cast<std::size_t>(threads.count()) + 8);
  double* const blocks = aligned(blocks_);

  threads.run(static_cast<int>(pieces), [&](int piece, int worker) {
    double* const scratch = blocks + memory * static_cast<std::size_t>(worker);
    double* const chains = scratch + block;
    std::fill(chains, chains + pairs * kernels::kGramChains, 0.0);
    const Index end = std::min(table.columns(), (piece + 1) * kGramTask);
    for (Index first = piece * kGramTask; first < end; first += kernels::kGramColumns)
      kernels::chosen().add_gram({table.row(0).data() + first, table.stride(), domains,
                                  std::min<Index>(kernels::kGramColumns, end - first)},
                                 scratch, chains);
    for (std::size_t pair = 0; pair < pairs; ++pair)
      parts_[pair * pieces + static_cast<std::size_t>(piece)] =
          sum(std::span<const double>(chains + pair * kernels::kGramChains, kernels::kGramChains));
  });

  products_.resize(domains, domains);
  for (std::size_t a = 0, pair = 0; a < static_cast<std::size_t>(domains); ++a)
    for (std::size_t b = 0; b <= a; ++b, ++pair) {
      const double product = sum(std::span<const double>(parts_).subspan(pair * pieces, pieces));
      products_(static_cast<Index>(a), static_cast<Index>(b)) = product;
      products_(static_cast<Index>(b), static_cast<Index>(a)) = product;
    }
  return products_;
}

}  // namespace sand::optim
