#include "experiments/setup/seed_hash.h"

#include <doctest/doctest.h>

#include <vector>

#include "domains/random_state.h"

using sand::experiments::seed_hash;

TEST_CASE("A seed hashed from several values equals DomainBed's") {
  CHECK(seed_hash(0, 0) == 894182419u);  // int(md5(b"(0, 0)").hexdigest(), 16) % 2**31
  CHECK(seed_hash("(0, 0)") == 894182419u);
  CHECK(seed_hash(0, 1) != seed_hash(1, 0));
  CHECK(seed_hash(894182419, "tau") == seed_hash("(894182419, 'tau')"));
  CHECK(seed_hash(-1, 0) == seed_hash("(-1, 0)"));
}

TEST_CASE("The seed of a split gives numpy's shuffle") {
  std::vector<std::uint32_t> keys = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  sand::domains::RandomState(seed_hash(0, 0)).shuffle(std::span(keys));
  CHECK(keys == std::vector<std::uint32_t>{2, 3, 8, 1, 4, 5, 0, 9, 6, 7});
}
