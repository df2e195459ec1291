#include "experiments/runs/record_columns.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tests/folder.h"

using namespace sand::experiments;
using Json = nlohmann::json;
using sand::testing::Folder;

namespace {

std::string text_of_columns(const char* line) {
  std::string text;
  for (const NamedNumber& number : columns_of(Json::parse(line)))
    text += number.name + " " + Json(number.value).dump() + "\n";
  return text;
}

}  // namespace

TEST_CASE("Numbers are named by their place, a domain's by its name, and the step comes first") {
  CHECK(text_of_columns(R"({"loss": 0.5, "chain": "ab", "step": 3, "weights": [1, 2], "lr": null,
                            "domains": [{"name": "a", "in_accuracy": 1}, {"name": "b", "in_accuracy": 0.25}],
                            "mask": {"total": {"open": 7}}, "early_stop": {"stopped": true}})") ==
        "step 3.0\nin_accuracy/a 1.0\nin_accuracy/b 0.25\nearly_stop/stopped 1.0\nloss 0.5\n"
        "mask/total/open 7.0\nweights/0 1.0\nweights/1 2.0\n");
}

TEST_CASE("Control characters in names are escaped") {
  CHECK(text_of_columns(R"({"step": 0, "a\n": 1, "domains": [{"name": "\u001b[2J", "in_loss": 2}, 5]})") ==
        "step 0.0\na\\x0a 1.0\nin_loss/\\x1b[2J 2.0\n");
}

TEST_CASE("Two numbers of one name are refused") {
  CHECK_THROWS_WITH_AS(
      text_of_columns(R"({"step": 0, "domains": [{"name": "a", "x": 1}, {"name": "a", "x": 2}]})"),
      "records: a line has two numbers of one name\n    name x/a", sand::Error);
}

TEST_CASE("A table has a column for every number of any line, and gaps") {
  const Folder folder;
  sand::testing::write_file(folder.path / "metrics.jsonl",
                            "{\"step\":0,\"a\":1}\n{\"step\":1,\"b\":2}\n{\"step\":2,\"a");
  const ColumnTable table = ColumnTable::read(folder.path);
  CHECK(table.columns() == std::vector<std::string>{"step", "a", "b"});
  REQUIRE(table.rows() == 2);
  using Row = std::vector<std::pair<std::size_t, double>>;
  CHECK(Row(table.row(0).begin(), table.row(0).end()) == Row{{0, 0}, {1, 1}});
  CHECK(Row(table.row(1).begin(), table.row(1).end()) == Row{{0, 1}, {2, 2}});
}

TEST_CASE("A table that would take gigabytes is refused") {
  ColumnTable table;
  Json wide = {{"step", 0}, {"a", std::vector<int>(60'000)}};
  table.add(wide, "metrics.jsonl");
  const auto add_rows = [&] {
    for (int step = 1; step < 3000; ++step) table.add({{"step", step}}, "metrics.jsonl");
  };
  CHECK_THROWS_AS(add_rows(), sand::Error);
  wide["a"] = std::vector<int>(70'000);
  CHECK_THROWS_AS(ColumnTable().add(wide, "metrics.jsonl"), sand::Error);
}
