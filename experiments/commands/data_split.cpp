// `sandgrad data split`: which examples of a domain are held out, as DomainBed splits them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "experiments/commands/commands.h"
#include "experiments/machine/sha256.h"
#include "experiments/setup/seed_hash.h"
#include "experiments/setup/setting.h"

namespace sand::experiments {
namespace {

struct DataSplitOptions {
  int examples = 0, domain = 0;
  std::int64_t trial_seed = 0;
  double holdout_fraction = 0.2;
};

/// The SHA-256 of the numbers as int64, little-endian.
std::string hash_of(const std::vector<std::uint32_t>& numbers) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(numbers.size() * 8);
  for (const std::uint64_t number : numbers)
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  return Sha256().add(bytes).hex();
}

int data_split(const DataSplitOptions& options) {
  constexpr std::size_t kShown = 10;
  domains::Domain domain;
  domain.labels.resize(static_cast<std::size_t>(options.examples));
  const domains::Split split =
      domains::split(domain, options.holdout_fraction, seed_hash(options.trial_seed, options.domain));
  nlohmann::json json;
  for (const auto& [name, part] : {std::pair{"in", &split.in}, {"out", &split.out}}) {
    const std::vector<std::uint32_t>& all = part->examples;
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kShown));
    json[name] = {{"examples", all.size()},
                  {"first", std::vector<std::uint32_t>(all.begin(), end)},
                  {"sha256", hash_of(all)}};
  }
  std::printf("%s\n", json.dump().c_str());
  return 0;
}

}  // namespace

void add_data_split(Command& data) {
  static DataSplitOptions o;
  Command command = data.subcommand("split", "Print which examples of a domain are held out");
  command.option("--examples", o.examples, "number of examples of the domain", kCounts).required();
  command.option("--env", o.domain, "index of the domain (default 0)", {0, 4096});
  command.option("--trial-seed,--trial_seed", o.trial_seed, "seed of the split (default 0)",
                 {0, kLargestSeed});
  command.option("--holdout-fraction,--holdout_fraction", o.holdout_fraction,
                 "share that is held out, 0 to 1 (default 0.2)", {0, 1});
  command.run([] { return data_split(o); });
}

}  // namespace sand::experiments
