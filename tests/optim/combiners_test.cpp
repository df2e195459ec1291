// Laws that hold for every combiner.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "optim/card.h"
#include "tests/optim/laws.h"

using namespace sand;
using namespace sand::optim;

namespace {

bool by_column(const CombinerCard& card) { return std::string_view(card.sees) == "columns"; }

/// Four slots and losses of a few units; more gradients than kWorthATeam if there are at least two domains.
GradientTable table_for_laws(int domains, Random& random) {
  GradientTable table = random_table({33'000, 1, 257, 40}, domains, 0.5, random);
  table.seed = 3, table.step = 7;
  for (double& loss : table.losses()) loss = random.uniform(0.1, 2);
  return table;
}

/// Calls body(card, domains) for each combiner and some numbers of domains that it accepts.
template <class Body>
void for_every_combiner(const Body& body) {
  for (const CombinerCard& card : combiners())
    for (const int domains : {card.fewest_domains, 5, 8}) {
      CAPTURE(card.name);
      CAPTURE(domains);
      body(card, domains);
    }
}

}  // namespace

TEST_CASE("Every combiner has its own name, and a card that says what its direction has") {
  std::set<std::string> names;
  Random random(1);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const auto combiner = with_defaults(card);
    CHECK(combiner->name() == std::string(card.name));
    names.insert(card.name);
    CHECK(std::set<std::string>{"columns", "Gram matrix", "losses", "nothing"}.count(card.sees) == 1);
    const Direction& direction = combiner->combine(table_for_laws(domains, random));
    CHECK(direction.has_mask() == card.has_mask);
    CHECK(direction.has_weights() == !by_column(card));
    CHECK(direction.finite);
  });
  CHECK(names.size() == combiners().size());
}

TEST_CASE("An explanation has the bits of the direction and the mask, for every combiner") {
  Random random(2);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const GradientTable table = table_for_laws(domains, random);
    const auto combiner = with_defaults(card);
    combiner->combine(table);
    const Direction& direction =
        combiner->combine(table);  // the second step of a method that carries numbers
    for (const Index column :
         {Index{0}, Index{255}, Index{256}, Index{4099}, Index{33'000}, Index{33'001}, table.columns() - 1}) {
      const Terms terms = combiner->explain(table, column);
      CHECK(same_bits(terms.scalar("direction"), direction.values[column]));
      CHECK((terms.find("mask") != nullptr) == card.has_mask);
      if (card.has_mask) CHECK(terms.scalar("mask") == direction.mask[column]);
    }
  });
}

TEST_CASE("The number of threads changes no bit of any combiner") {
  Random random(3);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const GradientTable table = table_for_laws(domains, random);
    const auto one = with_defaults(card);
    const Direction& expected = one->combine(table, Threads(1));
    for (const int threads : {2, 3, 7}) {
      const auto several = with_defaults(card);
      const Direction& found = several->combine(table, Threads(threads));
      CHECK(same_bits(found.values, expected.values));
      CHECK(same_bits(found.mask, expected.mask));
      CHECK(found.weights == expected.weights);
    }
  });
}

TEST_CASE("A combiner gives the same direction again, and also after a table of another shape") {
  Random random(4);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const GradientTable table = table_for_laws(domains, random);
    const GradientTable small = random_table({3, 4}, domains, 1, random);
    const auto used = with_defaults(card), fresh = with_defaults(card);
    used->combine(small);
    if (!used->state().empty()) used->resume({});
    const Direction& direction = used->combine(table);
    CHECK(direction.values.size() == table.columns());
    CHECK(same_bits(direction.values, fresh->combine(table).values));
  });
}

TEST_CASE("The order of the domains changes no bit by column, and only rounding by weighting") {
  const std::set<std::string> positional = {"Constant", "Random",
                                            "PCGrad"};  // weights by number, random orders
  Random random(5);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    if (positional.count(card.name) == 1) return;
    // With four domains each row has one neighbour, and the two nearest rows tie: the first one wins.
    if (card.name == std::string("Krum") && domains == 4) return;
    GradientTable table = table_for_laws(domains, random);
    if (by_column(card))  // numbers of very different size, whose plain sums depend on the order
      for (int e = 0; e < domains; ++e)
        for (std::size_t j = 0; j < 10'000; ++j)
          table.row(e)[j] = static_cast<Scalar>(random.normal() * std::exp2(random.uniform(-40, 0)));
    const std::vector<std::uint32_t> order = random.permutation(static_cast<std::uint32_t>(domains));
    GradientTable other = permuted(table, order);
    other.seed = table.seed, other.step = table.step;
    for (std::size_t e = 0; e < order.size(); ++e) other.losses()[e] = table.losses()[order[e]];
    const auto one = with_defaults(card), two = with_defaults(card);
    const Direction &expected = one->combine(table), &found = two->combine(other);
    if (by_column(card))
      CHECK(same_bits(found.values, expected.values));
    else
      CHECK(near(vector_of(found.values), vector_of(expected.values), 1e-7));
  });
}

TEST_CASE("A gradient that is not finite shows in its column of every direction, and nowhere else") {
  Random random(6);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    for (const double bad : {kNan, kInfinity, -kInfinity})
      for (const int domain : {0, domains - 1}) {
        GradientTable table = random_table({300, 5}, domains, 0.5, random);
        table.row(domain)[299] = static_cast<Scalar>(bad);
        const auto combiner = with_defaults(card);
        const Direction& direction = combiner->combine(table);
        CHECK_FALSE(direction.finite);
        for (Index j = 0; j < 305; ++j) CHECK(std::isfinite(direction.values[j]) == (j != 299));
        if (direction.has_weights())
          CHECK(direction.weights == Eigen::VectorXd::Constant(domains, 1.0 / domains));
        CHECK(same_bits(combiner->explain(table, 299).scalar("direction"), direction.values[299]));
      }
  });
}

TEST_CASE("A table of zeros has a direction of zeros, except for numbers drawn at random") {
  for_every_combiner([](const CombinerCard& card, int domains) {
    const auto combiner = with_defaults(card);
    const Direction& direction = combiner->combine(table_of(std::vector(domains, std::vector(300, 0.0))));
    CHECK(direction.finite);
    if (card.name != std::string("AgrRand")) CHECK((direction.values.array() == 0).all());
  });
}

TEST_CASE("The direction of equal gradients is a known multiple of them, for every combiner") {
  // of g, for E equal rows with |g| = 3; NashMTL shortens to 1, SignMajority is the sign
  const auto factor_of = [](const std::string& name, double domains) {
    const std::set<std::string> sums = {"Sum", "AgrSum", "AgrRand", "GradDrop", "PCGrad", "ConFIG"};
    return sums.count(name) ? domains : name == "CAGrad" ? 1.5 : name == "NashMTL" ? 1.0 / 3 : 1.0;
  };
  const std::vector<double> row = {1, -2, 2};
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const std::string name = card.name;
    const auto combiner = with_defaults(card);
    const Direction& direction = combiner->combine(table_of(std::vector(domains, row)));
    for (Index j = 0; j < 3; ++j) {
      const double g = row[static_cast<std::size_t>(j)];
      CHECK(direction.values[j] ==
            doctest::Approx(name == "SignMajority" ? std::copysign(1, g) : factor_of(name, domains) * g)
                .epsilon(1e-6));
    }
  });
}

TEST_CASE("Opposite gradients, and gradients along one line, have a finite direction along that line") {
  // not linear in a column's gradients
  const std::set<std::string> other_ways = {"SignMajority", "AgrRand", "GradDrop", "SANDMask"};
  for_every_combiner([&](const CombinerCard& card, int domains) {
    for (const bool opposite : {true, false}) {
      std::vector<std::vector<double>> rows;
      for (int e = 0; e < domains; ++e) {
        const double x = opposite ? (e % 2 == 0 ? 1 : -1) : e - 1.5;
        rows.push_back({x, 2 * x, -x});
      }
      const auto combiner = with_defaults(card);
      const Direction& direction = combiner->combine(table_of(rows));
      CHECK(direction.finite);
      if (other_ways.count(card.name) == 1) continue;
      const Eigen::VectorXd d = vector_of(direction.values);
      CHECK(std::fabs(d[1] - 2 * d[0]) <= 1e-6 * (1 + d.norm()));
      CHECK(std::fabs(d[2] + d[0]) <= 1e-6 * (1 + d.norm()));
    }
  });
}

TEST_CASE("Every combiner by column stays between the limits of its kind, in every column") {
  // times the least and the greatest gradient of the column, and 0
  const auto times = [](const std::string& name, double domains) {
    return std::set<std::string>{"Sum", "AgrSum", "GradDrop"}.count(name) ? domains : 1.0;
  };
  Random random(8);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    const std::string name = card.name;
    if (!by_column(card) || name == "SignMajority" || name == "AgrRand") return;
    const GradientTable table = random_table({3000}, domains, 0.7, random);
    const auto combiner = with_defaults(card);
    const Direction& direction = combiner->combine(table);
    for (std::size_t j = 0; j < 3000; ++j) {
      double least = 0, greatest = 0;
      for (int e = 0; e < domains; ++e)
        least = std::min<double>(least, table.row(e)[j]),
        greatest = std::max<double>(greatest, table.row(e)[j]);
      const double slack = kRounding * std::max(-least, greatest) + 1e-10, found = direction.values[j];
      REQUIRE(found >= times(name, domains) * (least - slack));
      REQUIRE(found <= times(name, domains) * (greatest + slack));
    }
  });
}

TEST_CASE("Gradients of 1e30 and of 1e-25 have a finite direction, for every combiner") {
  Random random(9);
  for_every_combiner([&](const CombinerCard& card, int domains) {
    for (const double scale : {1e30, 1e-25}) {
      GradientTable table = random_table({300}, domains, 0.5, random);
      for (int e = 0; e < domains; ++e)
        for (std::size_t j = 0; j < 300; ++j) table.row(e)[j] = static_cast<Scalar>(scale * random.normal());
      CHECK(with_defaults(card)->combine(table).finite);
    }
  });
}

TEST_CASE("Only a combiner that carries numbers accepts some, and only such as it can reach") {
  for (const CombinerCard& card : combiners()) {
    CAPTURE(card.name);
    const auto combiner = with_defaults(card);
    CHECK(combiner->state().empty());
    combiner->combine(table_of(std::vector(5, std::vector(3, 1.0))));
    CHECK(combiner->state().size() == (card.name == std::string("GroupDROWeights") ? 5 : 0));
    const std::vector<double> state = combiner->state();
    CHECK_NOTHROW(combiner->resume(state));
    for (const std::vector<double>& bad : {std::vector<double>{2, 3}, {kNan, 1}, {-1, 2}}) {
      CHECK_THROWS_AS(combiner->resume(bad), Error);
      CHECK(combiner->state() == state);
    }
  }
  CHECK(error_of([] { combiners()[0].make({}, false)->resume(std::vector<double>{1}); }) ==
        "Mean: carries no numbers from one step to the next\n    found 1");
}

TEST_CASE("Every combiner refuses fewer domains than its card says") {
  for (const CombinerCard& card : combiners()) {
    if (card.fewest_domains == 1) continue;
    const auto combiner = with_defaults(card);
    const std::string text = error_of(
        [&] { combiner->combine(table_of(std::vector(card.fewest_domains - 1, std::vector(3, 1.0)))); });
    CHECK(text.find(std::string(card.name) + ": fewer than " + std::to_string(card.fewest_domains) +
                    " training domains\n    found " + std::to_string(card.fewest_domains - 1)) == 0);
  }
}
