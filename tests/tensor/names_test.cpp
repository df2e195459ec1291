#include "tensor/names.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using sand::find_name;
using sand::nearest_name;

TEST_CASE("A name is found in any case and returned as it is written") {
  CHECK(find_name("algorithm", "sandmask", {"ERM", "SANDMask"}) == "SANDMask");
  CHECK(find_name("algorithm", "SANDMASK", {"ERM", "SANDMask"}) == "SANDMask");
}

TEST_CASE("An error about a wrong name gives the nearest name and all names") {
  CHECK_THROWS_WITH_AS(find_name("algorithm", "SANDMsk", {"ERM", "ANDMask", "SANDMask"}),
                       "algorithm: no such name\n"
                       "    found SANDMsk\n"
                       "    known ERM, ANDMask, SANDMask\n"
                       "    hint: did you mean SANDMask?",
                       sand::Error);
}

TEST_CASE("A name far from all others gets no suggestion") {
  CHECK_THROWS_WITH_AS(find_name("dataset", "ImageNet", {"Spirals"}),
                       "dataset: no such name\n"
                       "    found ImageNet\n"
                       "    known Spirals",
                       sand::Error);
}

TEST_CASE("The nearest name needs the fewest insertions, deletions and changes") {
  CHECK(nearest_name("tain", {"bench", "train", "data"}) == "train");
  CHECK(nearest_name("trrain", {"bench", "train", "data"}) == "train");
  CHECK(nearest_name("brain", {"bench", "train", "data"}) == "train");
  CHECK(nearest_name("--test-env", {"--test-envs", "--test_envs"}) == "--test-envs");
  CHECK(nearest_name("trin", {"train", "trim"}) == "train");  // an insertion is as near as a change
  CHECK(nearest_name("trainn", {"train", "trains"}) == "train");
  CHECK(nearest_name("xyz", {"train", "bench"}).empty());
  CHECK(nearest_name("", {"train", "bench"}).empty());
}

TEST_CASE("Two swapped neighbours count as one change") {
  CHECK(nearest_name("tua", {"k", "tau"}) == "tau");
  CHECK(nearest_name("setps", {"tests", "steps"}) == "steps");
}

TEST_CASE("A name is near with at most one change in three letters") {
  CHECK(nearest_name("task", {"case", "model"}).empty());
  CHECK(nearest_name("sweep", {"step", "train"}).empty());
  CHECK(nearest_name("lr", {"in"}).empty());
  CHECK(nearest_name("early-stop", {"from-step"}).empty());
  CHECK(nearest_name("inspct", {"train", "inspect"}) == "inspect");
  CHECK(nearest_name("itniaalx", {"initials"}).empty());
}

TEST_CASE("Three letters match a name that begins with them, unless another name is nearer") {
  CHECK(nearest_name("output", {"steps", "output-dir"}) == "output-dir");
  CHECK(nearest_name("SAND", {"ERM", "SANDMask"}) == "SANDMask");
  CHECK(nearest_name("seed", {"seed-of-all", "Seed"}) == "Seed");
  CHECK(nearest_name("ou", {"output-dir"}).empty());
}

TEST_CASE("A name too long for a typing error is not compared") {
  CHECK(nearest_name(std::string(100, 'a'), {std::string(101, 'a')}) == std::string(101, 'a'));
  CHECK(nearest_name(std::string(101, 'a'), {std::string(101, 'a')}).empty());
}

TEST_CASE("Of many known names an error lists the first, and how many there are") {
  std::vector<std::string> known;
  for (int i = 100; i < 200; ++i) known.push_back("name" + std::to_string(i));
  CHECK_THROWS_WITH_AS(find_name("thing", "other", known),
                       doctest::Contains("name131, name132, ... (100 in all)"), sand::Error);
}
