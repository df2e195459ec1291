#include "domains/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tensor/error.h"

using namespace sand::domains;
using sand::Batch;
using sand::Scalar;

namespace {

using Examples = std::vector<std::uint32_t>;

/// Input i is [i].
Domain counting(const char* name, std::uint32_t count) {
  return {.name = name,
          .example = {1},
          .labels = std::vector<std::int32_t>(count),
          .read = [](std::uint32_t example, std::span<Scalar> input) {
            input[0] = static_cast<Scalar>(example);
          }};
}

std::vector<Examples> examples(const Batch& batch) {
  std::vector<Examples> found;
  for (const sand::DomainRows& rows : batch.domains) found.push_back(rows.examples);
  return found;
}

Examples sorted(Examples numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

TEST_CASE("The batch of a step is a function of the step, in every order of drawing") {
  const Domain small = counting("small", 10), large = counting("large", 25);
  for (const Order order : {Order::with_replacement, Order::epochs, Order::everything}) {
    Sampler sampler({whole(small), whole(large)}, {.rows = 4, .seed = 7, .order = order});
    const std::vector<Examples> fifth = examples(sampler.draw(5));
    const std::vector<Examples> third = examples(sampler.draw(3));
    CHECK((third == fifth) == (order == Order::everything));
    CHECK(examples(sampler.draw(5)) == fifth);
    Sampler another({whole(small), whole(large)}, {.rows = 4, .seed = 7, .order = order});
    CHECK(examples(another.draw(3)) == third);
  }
}

TEST_CASE("A batch has its step and the inputs of its examples") {
  const Domain domain = counting("one", 10);
  Sampler sampler({whole(domain)}, {.rows = 4});
  const Batch& batch = sampler.draw(6);
  CHECK(batch.step == 6);
  REQUIRE(batch.domains[0].inputs.shape() == sand::Shape{4, 1});
  for (sand::Index row = 0; row < 4; ++row)
    CHECK(batch.domains[0].inputs[row] ==
          static_cast<Scalar>(batch.domains[0].examples[static_cast<std::size_t>(row)]));
}

TEST_CASE("Seeds, steps and domains use different random numbers") {
  const Domain a = counting("a", 1000), b = counting("b", 1000);
  for (const Order order : {Order::with_replacement, Order::epochs}) {
    Sampler sampler({whole(a), whole(b)}, {.rows = 32, .seed = 7, .order = order});
    Sampler reseeded({whole(a), whole(b)}, {.rows = 32, .seed = 8, .order = order});
    std::set<Examples> different;
    for (const std::uint32_t step : {0, 1, 31, 62})
      for (Sampler* one : {&sampler, &reseeded})
        for (const Examples& numbers : examples(one->draw(step))) different.insert(numbers);
    CHECK(different.size() == 16);
  }
}

TEST_CASE("With replacement, rows come from the whole part and only from it, and may outnumber it") {
  const Domain domain = counting("one", 10);
  Sampler sampler({{&domain, {2, 3, 5, 7}}}, {.rows = 200});
  const Examples drawn = sampler.draw(0).domains[0].examples;
  CHECK(drawn.size() == 200);
  CHECK(std::set<std::uint32_t>(drawn.begin(), drawn.end()) == std::set<std::uint32_t>{2, 3, 5, 7});
}

TEST_CASE("An epoch visits each example of the part once, for any sizes of the domains") {
  const Domain small = counting("small", 6), large = counting("large", 100);
  Sampler sampler({{&small, {0, 1, 2, 4}}, {&large, {10, 20, 30, 40, 50, 60}}},
                  {.rows = 2, .seed = 3, .order = Order::epochs});
  std::vector<Examples> seen(2);
  for (std::uint32_t step = 0; step < 6; ++step)
    for (std::size_t d = 0; d < 2; ++d) {
      const Examples drawn = sampler.draw(step).domains[d].examples;
      seen[d].insert(seen[d].end(), drawn.begin(), drawn.end());
      if (seen[d].size() < (d == 0 ? 4u : 6u)) continue;
      CHECK(sorted(seen[d]) == (d == 0 ? Examples{0, 1, 2, 4} : Examples{10, 20, 30, 40, 50, 60}));
      seen[d].clear();
    }
  CHECK(seen[0].empty());
  CHECK(seen[1].empty());
}

TEST_CASE("An epoch may be a single step with the whole part") {
  const Domain domain = counting("one", 5);
  Sampler sampler({whole(domain)}, {.rows = 5, .seed = 1, .order = Order::epochs});
  CHECK(sorted(sampler.draw(0).domains[0].examples) == Examples{0, 1, 2, 3, 4});
  const Examples first = sampler.draw(0).domains[0].examples;
  CHECK(sampler.draw(1).domains[0].examples != first);
}

TEST_CASE("An epoch drops its last, smaller batch and has no example twice") {
  const Domain domain = counting("one", 7);
  Sampler sampler({whole(domain)}, {.rows = 3, .seed = 1, .order = Order::epochs});
  for (std::uint32_t epoch = 0; epoch < 4; ++epoch) {
    Examples seen = sampler.draw(2 * epoch).domains[0].examples;
    for (const std::uint32_t example : sampler.draw(2 * epoch + 1).domains[0].examples)
      seen.push_back(example);
    CHECK(std::set<std::uint32_t>(seen.begin(), seen.end()).size() == 6);
  }
}

TEST_CASE(
    "Epoch e of a domain begins at step e times its own steps and is shuffled by (seed, btch, e, domain)") {
  const Domain small = counting("small", 50), large = counting("large", 50);
  const std::vector<Part> parts = {{&small, {40, 41, 42, 43, 44, 45, 46}},
                                   {&large, {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20}}};
  constexpr std::uint32_t rows = 3, btch = 0x62746368;
  Sampler sampler(parts, {.rows = rows, .seed = 5, .order = Order::epochs});
  for (std::uint32_t step = 0; step < 20; ++step) {
    const std::vector<Examples> drawn = examples(sampler.draw(step));
    for (std::uint32_t d = 0; d < 2; ++d) {
      const Examples& part = parts[d].examples;
      const std::uint32_t size = static_cast<std::uint32_t>(part.size()),
                          steps = size / rows;  // 2 of the small one, 3 of the large one
      const Examples shuffled = sand::Random(5, btch, step / steps, d).permutation(size);
      for (std::uint32_t row = 0; row < rows; ++row)
        CHECK(drawn[d][row] == part[shuffled[step % steps * rows + row]]);
    }
  }
}

TEST_CASE("With replacement, row i of a step is number i of (seed, btch, step, domain)") {
  const Domain a = counting("a", 9), b = counting("b", 9);
  const std::vector<Part> parts = {{&a, {1, 3, 5, 7}}, {&b, {0, 2, 4, 6, 8}}};
  Sampler sampler(parts, {.rows = 6, .seed = 5});
  for (const std::uint32_t step : {0u, 1u, 7u})
    for (std::uint32_t d = 0; d < 2; ++d) {
      sand::Random random(5, 0x62746368, step, d);
      for (const std::uint32_t example : sampler.draw(step).domains[d].examples)
        CHECK(example ==
              parts[d].examples[random.below(static_cast<std::uint32_t>(parts[d].examples.size()))]);
    }
}

TEST_CASE("Order::everything gives the whole part in its own order") {
  const Domain domain = counting("one", 10);
  Sampler sampler({{&domain, {7, 3, 5}}}, {.rows = 0, .order = Order::everything});
  sampler.draw(0);
  CHECK(sampler.draw(9).domains[0].examples == Examples{7, 3, 5});
  CHECK(sampler.draw(9).step == 9);
}

TEST_CASE("Drawing again reuses the memory") {
  const Domain domain = counting("one", 10);
  for (const Order order : {Order::with_replacement, Order::epochs, Order::everything}) {
    Sampler sampler({whole(domain)}, {.rows = 4, .order = order});
    const Scalar* memory = sampler.draw(0).domains[0].inputs.data();
    CHECK(sampler.draw(5).domains[0].inputs.data() == memory);
  }
}

TEST_CASE(
    "Augmented examples use the random numbers of (seed, domain, step, example), and others are unchanged") {
  Domain still = counting("still", 10), changing = counting("changing", 10);
  changing.augment = [](std::uint32_t example, sand::Random random, std::span<Scalar> input) {
    input[0] = static_cast<Scalar>(100 * (example + 1) + random.uniform());
  };
  for (const Order order : {Order::with_replacement, Order::epochs, Order::everything}) {
    Sampler plain({whole(still), whole(changing)}, {.rows = 4, .seed = 5, .order = order});
    Sampler sampler({whole(still), whole(changing)}, {.rows = 4, .seed = 5, .order = order, .augment = true});
    sampler.draw(2);
    const Batch& batch = sampler.draw(3);
    CHECK(examples(batch) == examples(plain.draw(3)));
    for (sand::Index row = 0; row < batch.domains[0].size(); ++row) {
      CHECK(batch.domains[0].inputs[row] ==
            static_cast<Scalar>(batch.domains[0].examples[static_cast<std::size_t>(row)]));
      const std::uint32_t example = batch.domains[1].examples[static_cast<std::size_t>(row)];
      CHECK(batch.domains[1].inputs[row] ==
            static_cast<Scalar>(100 * (example + 1) + sand::Random(5, 0x61750001, 3, example).uniform()));
      CHECK(plain.draw(3).domains[1].inputs[row] == static_cast<Scalar>(example));
    }
  }
}

TEST_CASE("The smallest part decides the number of steps of an epoch, at least one") {
  const Domain small = counting("small", 11), large = counting("large", 25);
  const auto steps = [&](int rows, Order order) {
    return Sampler({whole(large), whole(small)}, {.rows = rows, .order = order}).steps_per_epoch();
  };
  CHECK(steps(4, Order::epochs) == 2);
  CHECK(steps(4, Order::with_replacement) == 2);
  CHECK(steps(64, Order::with_replacement) == 1);
  CHECK(steps(4, Order::everything) == 1);
}

TEST_CASE("A sampler refuses parts that it cannot draw from, with the reason") {
  const Domain domain = counting("sketch", 3);
  CHECK_THROWS_WITH_AS(Sampler({}, {}), "sampler: needs at least one domain", sand::Error);
  CHECK_THROWS_WITH_AS(Sampler({whole(domain), {&domain, {}}}, {}),
                       "sampler: a domain has no examples\n    domain sketch", sand::Error);
  CHECK_THROWS_WITH_AS(Sampler({{nullptr, {1}}}, {}), "sampler: a domain has no examples\n    domain none",
                       sand::Error);
  CHECK_THROWS_WITH_AS(Sampler({whole(domain)}, {.rows = 0}), "sampler: rows must be at least 1\n    rows 0",
                       sand::Error);
  CHECK_THROWS_WITH_AS(Sampler({whole(domain)}, {.rows = 4, .order = Order::epochs}),
                       "sampler: in epochs, rows must not exceed the examples of a domain\n    rows   4\n    "
                       "domain sketch, 3 examples\n"
                       "    hint: use fewer rows, or draw with replacement",
                       sand::Error);
}

TEST_CASE("Balanced rows draw every class that a part has equally often, and every example of it") {
  Domain domain = counting("one", 100);
  for (std::size_t i = 0; i < 100; ++i) domain.labels[i] = i < 90 ? 0 : i < 98 ? 3 : 4;  // classes 1, 2: none
  Sampler sampler({whole(domain)}, {.rows = 300, .seed = 3, .balanced = true});
  std::vector<int> of_class(5);
  std::set<std::uint32_t> seen;
  for (std::uint32_t step = 0; step < 20; ++step)
    for (const std::uint32_t example : sampler.draw(step).domains[0].examples) {
      ++of_class[static_cast<std::size_t>(domain.labels[example])];
      seen.insert(example);
    }
  for (const int label : {0, 3, 4})
    CHECK(std::abs(of_class[static_cast<std::size_t>(label)] - 2000) < 5 * 37);
  CHECK(of_class[1] + of_class[2] == 0);
  CHECK(seen.size() == 100);
}

TEST_CASE("A balanced batch is a function of seed, step and domain, and stays in its part") {
  Domain domain = counting("one", 40);
  for (std::size_t i = 0; i < 40; ++i) domain.labels[i] = i % 4 == 0;
  const Part part{&domain, {1, 2, 3, 4, 5, 8, 9}};
  const SamplerOptions options{.rows = 16, .seed = 3, .balanced = true};
  Sampler sampler({part, part}, options), another({part, part}, options);
  sampler.draw(9);
  const std::vector<Examples> fifth = examples(sampler.draw(5));
  CHECK(examples(another.draw(5)) == fifth);
  CHECK(fifth[0] != fifth[1]);
  CHECK(examples(another.draw(6)) != fifth);
  for (const std::uint32_t example : fifth[0])
    CHECK(std::find(part.examples.begin(), part.examples.end(), example) != part.examples.end());
}

TEST_CASE("Balanced rows are refused in other orders, and for domains without classes") {
  const Domain domain = counting("one", 10);
  Domain values = counting("values", 0);
  values.values.assign(10, 1);
  for (const Order order : {Order::epochs, Order::everything})
    CHECK_THROWS_WITH_AS(Sampler({whole(domain)}, {.rows = 4, .order = order, .balanced = true}),
                         doctest::Contains("balanced rows need classes, and draws with replacement"),
                         sand::Error);
  CHECK_THROWS_AS(Sampler({whole(values)}, {.rows = 4, .balanced = true}), sand::Error);
}
