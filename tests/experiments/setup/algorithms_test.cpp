#include "experiments/setup/algorithms.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "tensor/finite.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::experiments;

TEST_CASE(
    "A non-finite gradient makes a non-finite direction, for every algorithm, domain, weight and "
    "neighbours") {
  // The check of a step relies on this flag alone.
  constexpr double infinity = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN();
  Random random(5);
  for (const Algorithm& method : algorithms())
    for (const int wanted : {1, 2, 3, 5, 16})
      for (const double rescale : {0.0, 1.0})
        for (const double spread : {0.0, 0.1, 3.0}) {  // from open to closed masks of all other weights
          const int domains = std::max(wanted, method.fewest_domains());
          Hparams hparams = standard_hparams(method.hparams);
          hparams["rescale"] = rescale;
          const auto combiner = method.make_combiner(hparams, false);
          GradientTable table = optim::random_table({40, 300}, domains, spread, random);
          REQUIRE(all_finite(combiner->combine(table).values.view().numbers()));
          REQUIRE(combiner->combine(table).finite);
          for (const int domain : {0, domains / 2, domains - 1})
            for (const std::size_t weight : {0u, 39u, 40u, 339u})
              for (const double bad : {infinity, -infinity, nan}) {
                Scalar& gradient = table.row(domain)[weight];
                for (const double others : {1.0, 0.0}) {  // as they are, and all zero
                  std::vector<Scalar> kept;
                  for (int e = 0; e < domains; ++e) kept.push_back(table.row(e)[weight]);
                  for (int e = 0; e < domains; ++e) table.row(e)[weight] *= static_cast<Scalar>(others);
                  gradient = static_cast<Scalar>(bad);
                  CAPTURE(method.name);
                  CAPTURE(domain);
                  CAPTURE(weight);
                  CAPTURE(bad);
                  const optim::Direction& direction = combiner->combine(table);
                  CHECK_FALSE(direction.finite);
                  CHECK_FALSE(all_finite(direction.values.view().numbers()));
                  for (int e = 0; e < domains; ++e) table.row(e)[weight] = kept[static_cast<std::size_t>(e)];
                }
              }
        }
}
