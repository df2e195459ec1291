#include "experiments/report/log_reader.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/folder.h"

using namespace sand;
using namespace sand::experiments;

namespace {

struct Read {
  std::vector<int> steps;
  std::size_t lines, skipped;
  bool is_cut;
};

Read read_all(const std::string& text) {
  const testing::Folder folder;
  testing::write_file(folder / "log", text);
  LogReader reader(folder / "log");
  Read read{};
  while (const auto line = reader.next()) read.steps.push_back(line->value("step", -1));
  read.lines = reader.lines(), read.skipped = reader.skipped(), read.is_cut = reader.is_cut();
  return read;
}

}  // namespace

TEST_CASE("NaN and Infinity outside texts become null") {
  CHECK(without_not_finite(R"({"a": NaN, "b": [-Infinity, Infinity]})") ==
        R"({"a": null, "b": [null, null]})");
  CHECK(without_not_finite(R"({"NaN": "Infinity \" NaN", "x": NaN})") ==
        R"({"NaN": "Infinity \" NaN", "x": null})");
}

TEST_CASE("A log is read line by line, with NaN of Python") {
  const Read read = read_all("{\"step\": 1}\n{\"step\": 2, \"loss\": NaN}\n");
  CHECK(read.steps == std::vector<int>{1, 2});
  CHECK(read.skipped == 0);
  CHECK_FALSE(read.is_cut);
}

TEST_CASE("Broken lines are skipped and counted, and the lines after them are read") {
  const Read read = read_all("{\"step\": 1}\nnonsense\n[1]\n\n{\"step\": 2}\n{\"step\": 3");
  CHECK(read.steps == std::vector<int>{1, 2});
  CHECK(read.lines == 6);
  CHECK(read.skipped == 4);
  CHECK(read.is_cut);
}

TEST_CASE("A whole last line without its end is read") {
  CHECK(read_all("{\"step\": 5}").steps == std::vector<int>{5});
}

TEST_CASE("A line of many megabytes is skipped, and the next one is read") {
  const Read read = read_all("{\"step\": 1, \"x\": \"" + std::string(5 << 20, 'x') + "\"}\n{\"step\": 2}\n");
  CHECK(read.steps == std::vector<int>{2});
  CHECK(read.skipped == 1);
}

TEST_CASE("An empty log has no line") { CHECK(read_all("").lines == 0); }
