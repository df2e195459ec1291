#include "experiments/training/mask_notes.h"

#include <doctest/doctest.h>

#include "optim/combiners/and_mask.h"
#include "optim/combiners/sand_mask.h"
#include "tests/optim/tables.h"

using namespace sand;
using namespace sand::experiments;

namespace {

Settings settings(const std::string& algorithm, double tau) {
  Settings settings;
  settings.algorithm = algorithm;
  if (algorithm != "ERM") settings.hparams["tau"] = tau;
  return settings;
}

bool tells(const std::optional<std::string>& note, const std::string& part) {
  return note && note->find(part) != std::string::npos;
}

/// Whether the combiner opens a weight for every division of the domains' signs.
bool masks_nothing(optim::Combiner& combiner, int domains) {
  for (int positive = 0; positive <= domains; ++positive) {
    std::vector<std::vector<double>> gradients;
    for (int e = 0; e < domains; ++e) gradients.push_back({e < positive ? 1.0 : -2.0});
    if (!(combiner.combine(optim::table_of(gradients)).mask[0] > 0)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("A tau whose mask closes no weight is noted, and only such a tau") {
  for (int domains = 2; domains <= 7; ++domains)
    for (const double tau : {0.0, 0.1, 1.0 / 7, 0.2, 0.25, 1.0 / 3, 0.34, 0.5, 0.9}) {
      CAPTURE(domains);
      CAPTURE(tau);
      optim::SandMask sand({.tau = tau, .k = 10});
      optim::AndMask all({.tau = tau});
      CHECK(tells(note_on_tau(settings("SANDMask", tau), domains), "masks nothing") ==
            masks_nothing(sand, domains));
      CHECK(tells(note_on_tau(settings("ANDMask", tau), domains), "masks nothing") ==
            masks_nothing(all, domains));
      CHECK(tells(note_on_tau(settings("GeometricMean", tau), domains), "masks nothing") ==
            masks_nothing(all, domains));
    }
  CHECK(tells(note_on_tau(settings("SANDMask", 0.1), 3), "s >= 1/3 wherever no gradient is 0; it is ERM"));
  CHECK_FALSE(note_on_tau(settings("ERM", 0), 3));
}

TEST_CASE("A note says that on two domains every tau from 0.5 gives the same mask") {
  for (const double tau : {0.5, 0.7, 0.9})
    CHECK(tells(note_on_tau(settings("SANDMask", tau), 2), "the same mask"));
  for (const double tau : {0.51, 1.0})
    CHECK(tells(note_on_tau(settings("ANDMask", tau), 2), "the same mask"));
  CHECK_FALSE(note_on_tau(settings("SANDMask", 0.4), 2));  // opens where one gradient is 0
  CHECK_FALSE(note_on_tau(settings("ANDMask", 0.5), 2));
  CHECK_FALSE(note_on_tau(settings("SANDMask", 0.9), 3));
}

TEST_CASE("A note calls a SAND-mask an AND-mask if over 99 % of its open weights are saturated") {
  optim::SandMask mask;
  const GradientTable table = optim::table_of({{1}, {1}});
  optim::MaskReport report(table, mask.combine(table));
  for (const auto& [open, partial, told] :
       {std::tuple<Index, Index, bool>{991, 9, true}, {990, 10, false}, {1, 0, true}, {0, 0, false}}) {
    report.total.open = open;
    report.total.partial = partial;
    CHECK(note_on_saturation(settings("SANDMask", 0.9), report).has_value() == told);
    CHECK_FALSE(note_on_saturation(settings("ANDMask", 0.9), report));
  }
  report.total.open = 999;
  report.total.partial = 1;
  CHECK(tells(note_on_saturation(settings("SANDMask", 0.9), report),
              "m >= 0.99 in 99.90 % of the weights with m > 0"));
}
