#include "experiments/runs/recorded_lines.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tests/folder.h"

using sand::experiments::RecordedLines;
using sand::testing::Folder;

namespace {

/// The steps of a file's lines, then the error of the next line.
std::string steps_of(const std::string& content) {
  const Folder folder;
  const std::filesystem::path path = folder.path / "metrics.jsonl";
  std::ofstream(path) << content;
  RecordedLines lines(path.string());
  std::string text;
  try {
    while (const auto line = lines.next()) text += (*line)["step"].dump() + " ";
    CHECK(lines.bytes() == content.size());
  } catch (const sand::Error& error) {
    CHECK(error.fault() == sand::Fault::data);
    CHECK(std::string(error.what()).find("metrics.jsonl\n    line " + std::to_string(lines.count())) !=
          std::string::npos);
    text += "error";
  }
  return text;
}

}  // namespace

TEST_CASE("Lines are read one by one, for any ends of the blocks") {
  CHECK(steps_of("") == "");
  CHECK(steps_of("{\"step\":0}\n") == "0 ");
  const std::string wide = "{\"step\":1,\"a\":\"" + std::string(70'000, 'x') + "\"}\n";
  CHECK(steps_of(wide + wide + "{\"step\":2}\n") == "1 1 2 ");
}

TEST_CASE("A last line without its end may be one that a run is writing") {
  const Folder folder;
  const std::filesystem::path path = folder.path / "metrics.jsonl";
  for (const char* last : {"", "{", "{\"step\":1}"}) {
    std::ofstream(path) << "{\"step\":0}\n" << last;
    RecordedLines lines(path.string(), true);
    CHECK(lines.next());
    CHECK_FALSE(lines.next());
    CHECK(lines.count() == 1);
  }
  std::ofstream(path) << "{\"step\":0\n";
  CHECK_THROWS_AS(RecordedLines(path.string(), true).next(), sand::Error);
}

TEST_CASE("An error gives the number of a line that is incomplete, has no step, or is too deep or too long") {
  for (const char* last :
       {"{\"step\":1}", "{\"step\":1\n", "\n", "5\n", "{}\n", "{\"step\":1.5}\n", "{\"step\":\"1\"}\n"})
    CHECK(steps_of(std::string("{\"step\":0}\n") + last) == "0 error");
  CHECK(steps_of("{\"step\":0}\n{\"step\":" + std::string(500'000, '[') + "\n") == "0 error");
  CHECK(steps_of("{\"step\":0}\n" + std::string(2 << 20, ' ') + "{\"step\":1}\n") == "0 error");
}
