#include "experiments/setup/given_data.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using namespace sand::experiments;
using sand::domains::DataSet;

namespace {

DataSet two_classes(std::vector<std::string> names) {
  DataSet data{.name = "D", .source = "s", .example = {1}, .classes = 2, .domains = {}};
  data.domains.push_back({.name = "a", .example = {1}, .labels = {0, 1, 1}, .read = {}});
  data.class_names = std::move(names);
  return data;
}

}  // namespace

TEST_CASE("Only what differs from the default replaces a setting of the data") {
  DataRequest base;
  base.name = "Table";
  base.image_size = 32;
  base.own.file = "a.csv";
  base.own.domain_column = "hospital";
  base.own.drop_columns = {"name"};
  DataRequest asked;
  asked.name = "";
  asked.own.file = "b.csv";
  asked.seed = 7;
  const DataRequest merged = with_given(base, asked);
  CHECK(merged.name == "Table");
  CHECK(merged.image_size == 32);
  CHECK(merged.own.file == "b.csv");
  CHECK(merged.own.domain_column == "hospital");
  CHECK(merged.own.drop_columns == std::vector<std::string>{"name"});
  CHECK(merged.seed == 7);
  asked.name = "Arrays";
  asked.own.drop_columns = {"x"};
  CHECK(with_given(base, asked).name == "Arrays");
  CHECK(with_given(base, asked).own.drop_columns == std::vector<std::string>{"x"});
}

TEST_CASE("Flags that differ from the default are found by their names") {
  DataRequest asked;
  asked.name = "Arrays";
  CHECK(given_flags(asked).empty());
  asked.data_dir = "d";
  asked.image_size = 32;
  asked.own.one_hot = {"ward"};
  CHECK(given_flags(asked) == std::vector<std::string>{"--data-dir", "--image-size", "--one-hot"});
}

TEST_CASE("Classes are matched by name, not by number") {
  DataSet data = two_classes({"dog", "elephant"});
  match_classes(data, {"cat", "dog", "elephant"}, 3);
  CHECK(data.domains[0].labels == std::vector<std::int32_t>{1, 2, 2});
  CHECK(data.classes == 3);
  DataSet other = two_classes({"dog", "wolf"});
  CHECK_THROWS_WITH_AS(match_classes(other, {"cat", "dog"}, 2), doctest::Contains("found \"wolf\""),
                       sand::Error);
}

TEST_CASE("Without names, there must be as many classes") {
  DataSet data = two_classes({});
  match_classes(data, {}, 2);
  CHECK(data.domains[0].labels == std::vector<std::int32_t>{0, 1, 1});
  CHECK_THROWS_WITH_AS(match_classes(data, {"a", "b", "c"}, 3),
                       doctest::Contains("another number of classes"), sand::Error);
}
