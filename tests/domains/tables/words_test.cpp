#include "domains/tables/words.h"

#include <doctest/doctest.h>

#include "tensor/error.h"

using sand::domains::Words;

namespace {

std::vector<std::string> sorted(const std::vector<std::string>& texts, bool decimal_comma = false) {
  Words words;
  for (const std::string& text : texts) words.add(text);
  std::vector<std::string> names;
  for (const std::uint32_t word : words.sorted(decimal_comma)) names.push_back(words.text(word));
  return names;
}

}  // namespace

TEST_CASE("Words are numbered in the order in which they first occur") {
  Words words;
  CHECK(words.add("b") == 0);
  CHECK(words.add("a") == 1);
  CHECK(words.add("b") == 0);
  CHECK(words.size() == 2);
  CHECK(words.text(1) == "a");
}

TEST_CASE("Words are sorted by their bytes, and by value if all are numbers") {
  CHECK(sorted({"b", "B", "a10", "a9"}) == std::vector<std::string>{"B", "a10", "a9", "b"});
  CHECK(sorted({"10", "9", "-1", "1e2"}) == std::vector<std::string>{"-1", "9", "10", "1e2"});
  CHECK(sorted({"10", "9", "x"}) == std::vector<std::string>{"10", "9", "x"});
  CHECK(sorted({"1,5", "-2,5"}, true) == std::vector<std::string>{"-2,5", "1,5"});
}

TEST_CASE("Two spellings of one number are refused") {
  CHECK_THROWS_WITH_AS(sorted({"1", "2", "1.0"}),
                       "table: two spellings of one number\n    found \"1\" and \"1.0\"", sand::Error);
  CHECK(sorted({"1", "1.0", "x"}).size() == 3);  // words
}

TEST_CASE("A name is UTF-8 without control characters") {
  CHECK(sand::domains::is_name("Z\xc3\xbcrich \\ 1"));
  for (const char* text : {"a\nb", "\x1b[1m", "\xfc", "\xc3"}) CHECK_FALSE(sand::domains::is_name(text));
}
