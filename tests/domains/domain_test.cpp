#include "domains/domain.h"

#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "tensor/error.h"

using namespace sand::domains;
using sand::Scalar;
using sand::Shape;

namespace {

using Examples = std::vector<std::uint32_t>;

/// Input i is [[10 i, 10 i + 1]], its label i mod 3.
Domain tens(std::uint32_t count) {
  Domain domain{.name = "tens",
                .example = {1, 2},
                .labels = {},
                .read = [](std::uint32_t example, std::span<Scalar> input) {
                  for (std::size_t k = 0; k < input.size(); ++k)
                    input[k] = static_cast<Scalar>(10 * example + k);
                }};
  for (std::uint32_t i = 0; i < count; ++i) domain.labels.push_back(static_cast<std::int32_t>(i % 3));
  return domain;
}

}  // namespace

TEST_CASE("The whole of a domain is every example, in order") {
  const Domain domain = tens(4);
  const Part part = whole(domain);
  CHECK(part.domain == &domain);
  CHECK(part.examples == Examples{0, 1, 2, 3});
}

TEST_CASE("A split holds out what DomainBed holds out: trial 0, domain 0, a fifth") {
  const Domain domain = tens(10);
  const Split parts = split(domain, 0.2, 894182419);
  CHECK(parts.out.examples == Examples{2, 3});
  CHECK(parts.in.examples == Examples{8, 1, 4, 5, 0, 9, 6, 7});
  CHECK(parts.in.domain == &domain);
  CHECK(parts.out.domain == &domain);
}

TEST_CASE("The size of the held-out part is rounded down") {
  CHECK(split(tens(7), 0.5, 1).out.examples.size() == 3);
  CHECK(split(tens(10), 0.29, 1).out.examples.size() == 2);
  CHECK(split(tens(7), 0, 1).out.examples.empty());
  CHECK(split(tens(7), 1, 1).in.examples.empty());
  CHECK(split(tens(0), 0.2, 1).in.examples.empty());
}

TEST_CASE("A fraction outside 0 .. 1 is refused") {
  CHECK_THROWS_WITH_AS(
      split(tens(7), 1.5, 1),
      "split: the fraction to hold out must be in 0 .. 1\n    fraction 1.500000\n    domain   tens",
      sand::Error);
  CHECK_THROWS_AS(split(tens(7), -0.1, 1), sand::Error);
  CHECK_THROWS_AS(split(tens(7), std::nan(""), 1), sand::Error);
}

TEST_CASE("Gathered rows are the inputs, labels and numbers of the examples, repeats included") {
  sand::DomainRows rows;
  gather(tens(5), Examples{4, 0, 4}, rows);
  CHECK(rows.inputs.shape() == Shape{3, 1, 2});
  const std::vector<Scalar> numbers(rows.inputs.data(), rows.inputs.data() + rows.inputs.size());
  CHECK(numbers == std::vector<Scalar>{40, 41, 0, 1, 40, 41});
  CHECK(rows.labels == std::vector<std::int32_t>{1, 0, 1});
  CHECK(rows.examples == Examples{4, 0, 4});
}

TEST_CASE("Gathering the same number of rows reuses their memory") {
  const Domain domain = tens(5);
  sand::DomainRows rows;
  gather(domain, Examples{1, 2}, rows);
  const Scalar* memory = rows.inputs.data();
  gather(domain, Examples{3, 4}, rows);
  CHECK(rows.inputs.data() == memory);
  CHECK(rows.inputs[0] == 30);
}

TEST_CASE("Gathering allocates memory if the rows do not fit, were moved away or are absent") {
  const Domain domain = tens(5);
  sand::DomainRows rows;
  gather(domain, Examples{3}, rows);
  gather(domain, Examples{3, 4}, rows);
  CHECK(rows.inputs.shape() == Shape{2, 1, 2});
  const sand::Tensor taken = std::move(rows.inputs);
  gather(domain, Examples{2, 4}, rows);
  CHECK(rows.inputs[0] == 20);
  CHECK(taken[0] == 30);
  gather(domain, Examples{}, rows);
  CHECK(rows.size() == 0);
}

TEST_CASE("An example that a domain does not have is refused before anything is read") {
  sand::DomainRows rows;
  CHECK_THROWS_WITH_AS(gather(tens(5), Examples{0, 5}, rows),
                       "gather: the domain has no such example\n    example 5\n    domain  tens, which has 5",
                       sand::Error);
  CHECK(rows.examples.empty());
}
