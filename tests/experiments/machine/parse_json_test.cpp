#include "experiments/machine/parse_json.h"

#include <doctest/doctest.h>

#include <cstdint>

using namespace sand::experiments;
using Json = nlohmann::json;

namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("JSON is read up to the depth that a run writes, complete or not") {
  CHECK(parse_json(R"({"a": [1, {"b": "c"}], "d": null})") == Json{{"a", {1, {{"b", "c"}}}}, {"d", nullptr}});
  CHECK(parse_json(nested(16)) == Json::parse(nested(16)));
  CHECK(parse_json(nested(17)).is_discarded());
  CHECK(parse_json(nested(1'000'000)).is_discarded());
  CHECK(parse_json(std::string(1'000'000, '[')).is_discarded());
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  CHECK(parse_json(objects).is_discarded());
}

TEST_CASE("Invalid JSON, and JSON with more values than a run writes, is discarded") {
  for (const char* text : {"", "{", "nan", "{\"a\":1} x", "\"\xff\"", "1e999"})
    CHECK(parse_json(text).is_discarded());
  std::string many = "[0";
  for (int i = 0; i < 1 << 24; ++i) many += ",0";
  CHECK(parse_json(many + "]").is_discarded());
}

TEST_CASE("A value is taken only if its type holds it without conversion") {
  const Json json = Json::parse(
      R"({"one": 1, "half": 0.5, "huge": 1e300, "most": 2147483647, "more": 2147483648, "less": -1, )"
      R"("large": 18446744073709551615, "text": "x", "yes": true, "list": [1, 2], "mixed": [1, 2.5]})");
  CHECK(value_of<int>(json, "one") == 1);
  CHECK(value_of<int>(json, "most") == INT32_MAX);
  CHECK(value_of<std::int64_t>(json, "more") == std::int64_t{1} << 31);
  CHECK(value_of<std::uint64_t>(json, "large") == UINT64_MAX);
  CHECK(value_of<double>(json, "one") == 1);
  CHECK(value_of<double>(json, "huge") == 1e300);
  CHECK(value_of<std::string>(json, "text") == "x");
  CHECK(value_of<bool>(json, "yes"));
  CHECK(value_of<std::vector<int>>(json, "list") == std::vector{1, 2});
  for (const char* key : {"half", "huge", "more", "large", "text", "yes", "list", "none"})
    CHECK_THROWS_AS(value_of<int>(json, key), sand::Error);
  CHECK_THROWS_AS(value_of<std::uint64_t>(json, "less"), sand::Error);
  CHECK_THROWS_AS(value_of<std::int64_t>(json, "large"), sand::Error);
  CHECK_THROWS_AS(value_of<bool>(json, "one"), sand::Error);
  CHECK_THROWS_AS(value_of<double>(json, "text"), sand::Error);
  CHECK_THROWS_AS(value_of<std::string>(json, "one"), sand::Error);
  CHECK_THROWS_AS(value_of<std::vector<int>>(json, "mixed"), sand::Error);
  CHECK_THROWS_WITH_AS(value_of<int>(Json(5), "steps"), "no steps, or one of another type or out of range",
                       sand::Error);
}
