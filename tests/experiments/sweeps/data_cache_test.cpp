#include "experiments/sweeps/data_cache.h"

#include <doctest/doctest.h>

#include "tests/folder.h"

using namespace sand::experiments;

namespace {

Settings spirals(std::int64_t trial_seed, std::vector<int> test_domains = {0}) {
  RunRequest request;
  request.trial_seed = trial_seed;
  request.test_domains = std::move(test_domains);
  return resolve(request);
}

}  // namespace

TEST_CASE("Runs that differ in anything but their data share one reading") {
  DataCache cache;
  const auto first = cache.get(spirals(0), sand::Threads(1));
  Settings other = spirals(0, {3});
  other.algorithm = "ERM";
  other.seed = 7;
  CHECK(cache.get(other, sand::Threads(1)) == first);
  CHECK(cache.reads() == 1);
  CHECK(cache.get(spirals(1), sand::Threads(1)) != first);
  CHECK(cache.reads() == 2);
}

TEST_CASE("The data sets that were used last are kept") {
  DataCache cache(2);
  cache.get(spirals(0), sand::Threads(1));
  cache.get(spirals(1), sand::Threads(1));
  cache.get(spirals(0), sand::Threads(1));
  cache.get(spirals(2), sand::Threads(1));  // in place of 1
  CHECK(cache.reads() == 3);
  cache.get(spirals(0), sand::Threads(1));
  CHECK(cache.reads() == 3);
  cache.get(spirals(1), sand::Threads(1));
  CHECK(cache.reads() == 4);
}

TEST_CASE("A table is read again for other test domains, since its training domains decide its numbers") {
  const sand::testing::Folder folder;
  std::string text = "domain,label,x\n";
  for (int i = 0; i < 60; ++i)
    text += std::string(1, static_cast<char>('a' + i % 3)) + "," + std::to_string(i % 2) + "," +
            std::to_string(i * i) + "\n";
  sand::testing::write_file(folder / "t.csv", text);
  RunRequest request;
  request.data.name = "Table";
  request.data.own.file = folder / "t.csv";
  request.test_domains = {0};
  DataCache cache;
  const auto first = cache.get(resolve(request), sand::Threads(1));
  CHECK(cache.get(resolve(request), sand::Threads(1)) == first);
  request.test_domains = {1};
  const auto second = cache.get(resolve(request), sand::Threads(1));
  CHECK(cache.reads() == 2);
  CHECK(first->mean != second->mean);
}
