#include "domains/domain.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "domains/random_state.h"
#include "tensor/error.h"

namespace sand::domains {
namespace {

/// [n, ...] for n inputs of shape [...].
Shape stacked(Index n, const Shape& example) {
  std::array<Index, Shape::kMaxRank + 1> sizes{n};
  for (int axis = 0; axis < example.rank(); ++axis) sizes[static_cast<std::size_t>(axis + 1)] = example[axis];
  return Shape(std::span<const Index>(sizes.data(), static_cast<std::size_t>(example.rank() + 1)));
}

}  // namespace

void standardize(DataSet& data, std::span<const int> domains, const Note& note) {
  if (data.fit) data.fit(data, domains, note);
}

Part whole(const Domain& domain) {
  Part part{&domain, std::vector<std::uint32_t>(domain.size())};
  std::iota(part.examples.begin(), part.examples.end(), 0u);
  return part;
}

Split split(const Domain& domain, double fraction, std::uint32_t seed) {
  check(fraction >= 0 && fraction <= 1, [&] {  // false for NaN too
    return Error(Fault::usage, "split: the fraction to hold out must be in 0 .. 1")
        .fact("fraction", std::to_string(fraction))
        .fact("domain", domain.name);
  });
  const std::vector<std::uint32_t> order = RandomState(seed).permutation(domain.size());
  const auto border = order.begin() + static_cast<Index>(domain.size() * fraction);
  return {.in = {&domain, {border, order.end()}}, .out = {&domain, {order.begin(), border}}};
}

void gather(const Domain& domain, std::span<const std::uint32_t> examples, DomainRows& rows,
            const Randomness& randomness) {
  for (const std::uint32_t example : examples)
    check(example < domain.size(), [&] {
      return Error(Fault::usage, "gather: the domain has no such example")
          .fact("example", std::to_string(example))
          .fact("domain", domain.name + ", which has " + std::to_string(domain.size()));
    });
  const Shape shape = stacked(static_cast<Index>(examples.size()), domain.example);
  if (rows.inputs.data() == nullptr || rows.inputs.shape() != shape) rows.inputs = Tensor(shape);
  rows.labels.resize(domain.labels.empty() ? 0 : examples.size());
  const Shape of_values = {static_cast<Index>(examples.size()), domain.targets};
  if (!domain.values.empty() &&
      (rows.target_values.data() == nullptr || rows.target_values.shape() != of_values))
    rows.target_values = Tensor(of_values);
  rows.examples.assign(examples.begin(), examples.end());

  const std::span<Scalar> numbers = rows.inputs.span().numbers();
  const std::size_t width = static_cast<std::size_t>(domain.example.size());
  for (std::size_t row = 0; row < examples.size(); ++row) {
    const std::span<Scalar> input = numbers.subspan(row * width, width);
    if (randomness && domain.augment)
      domain.augment(examples[row], randomness(examples[row]), input);
    else
      domain.read(examples[row], input);
    if (!domain.labels.empty()) rows.labels[row] = domain.labels[examples[row]];
    if (!domain.values.empty())
      std::copy_n(domain.values.begin() + static_cast<Index>(examples[row]) * domain.targets, domain.targets,
                  rows.target_values.data() + static_cast<Index>(row) * domain.targets);
  }
}

}  // namespace sand::domains
