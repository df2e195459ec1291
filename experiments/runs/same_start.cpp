#include "experiments/runs/same_start.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/machine/agreement.h"
#include "experiments/machine/build.h"
#include "experiments/machine/sha256.h"
#include "experiments/runs/manifest.h"
#include "experiments/setup/settings_json.h"

namespace sand::experiments {
namespace {

std::string hash_of_data(const Manifest& manifest, const domains::DataSet& data) {
  constexpr std::uint32_t kMostExamples = 1000;
  Sha256 hash;
  const auto add_text = [&](const std::string& text) {
    const std::uint64_t length = text.size();
    hash.add(std::span(&length, 1)).add(text);
  };
  for (const DataFile& file : manifest.files) add_text(file.name + " " + file.sha256);
  hash.add(data.mean).add(data.deviation);
  std::vector<Scalar> input(static_cast<std::size_t>(data.example.size()));
  for (const domains::Domain& domain : data.domains) {
    const std::uint32_t size = domain.size(), step = std::max(size / kMostExamples, 1u);
    add_text(domain.name + " " + std::to_string(size));
    hash.add(domain.labels).add(domain.values);
    for (std::uint32_t example = 0; example < size; example += step) {
      domain.read(example, input);
      hash.add(input);
    }
  }
  return hash.hex();
}

struct Comparison {
  Error error;
  bool same;
};

/// Compares the settings of two ranks, apart from paths.
Comparison compare_settings(const StartFacts& first, const StartFacts& other, const std::string& rank) {
  Comparison found{Error(Fault::usage, "ranks: they have different settings"), true};
  for (const Difference& difference :
       differences(settings_from_json(first.settings, "rank 0"), settings_from_json(other.settings, rank))) {
    found.same = false;
    found.error.fact(difference.flag, "rank 0 " + difference.recorded.substr(0, 100) + ", " + rank + " " +
                                          difference.asked.substr(0, 100));
  }
  return found;
}

Comparison compare(Error error, const std::string& first, const std::string& other, const std::string& rank,
                   const char* hint) {
  return {error.fact("rank 0", first).fact(rank, other).hint(hint), first == other};
}

void check_same(const StartFacts& first, const StartFacts& other, const std::string& rank) {
  const auto stop_at = [](Comparison found) { check(found.same, [&] { return found.error; }); };
  stop_at(compare(Error(Fault::usage, "ranks: they run different programs"), first.program, other.program,
                  rank, "every machine needs the same build"));
  stop_at(compare_settings(first, other, rank));
  stop_at(compare(Error(Fault::data, "ranks: they see different data"), first.data, other.data, rank,
                  "every machine needs the same data files; see --data-dir and --data-file"));
  stop_at(compare(Error(Fault::data, "ranks: they start from different weights"), first.weights,
                  other.weights, rank, "every machine needs the same file of --init-from"));
}

}  // namespace

StartFacts start_facts(const Training& run) {
  const UpdateLoop& loop = run.loop();
  const Parameters& parameters = loop.model().parameters;
  const Manifest found = manifest(loop.settings(), loop.data(), parameters);
  const auto hashed = [](const std::string& hash) { return "SHA-256 " + hash; };
  return {std::string("sandgrad ") + build().version + " (" + found.number + "), commit " + build().commit +
              ", " + hashed(sha256_of_file("/proc/self/exe")),
          settings_json(loop.settings()),
          loop.data().name + ", " + std::to_string(found.files.size()) +
              (found.files.size() == 1 ? " file, " : " files, ") + hashed(hash_of_data(found, loop.data())),
          hashed(Sha256().add(parameters.numbers()).hex())};
}

void check_same_start(const Ranks& ranks, const StartFacts& own) {
  const std::vector<std::string> all =
      texts_of_all(ranks, nlohmann::json({own.program, own.settings, own.data, own.weights})
                              .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  const auto facts_of = [&](std::size_t rank) {
    const nlohmann::json facts = nlohmann::json::parse(all[rank]);
    return StartFacts{facts[0], facts[1], facts[2], facts[3]};
  };
  const StartFacts first = facts_of(0);
  for (std::size_t rank = 1; rank < all.size(); ++rank) try {
      check_same(first, facts_of(rank), "rank " + std::to_string(rank));
    } catch (const Error& error) {
      throw AgreedFailure(error.fault(), ranks.rank() == 0 ? error.what() : "");
    }
}

}  // namespace sand::experiments
