#include "domains/tables/separator.h"

#include <doctest/doctest.h>

#include <string>

#include "tensor/error.h"

using sand::domains::detect_separator;
using sand::domains::separator_named;

TEST_CASE("The separator that divides all first lines into the most equal parts is detected") {
  CHECK(detect_separator("a,b\n1,2\n") == ',');
  CHECK(detect_separator("a;b\n1,5;2,5\n3;4,5\n") == ';');
  CHECK(detect_separator("a\tb, c\n1\t2\n") == '\t');
  CHECK(detect_separator("a|b|c\n1|2|3\n") == '|');
  CHECK(detect_separator("a,b;c;d\n1,2;3;4\n") == ';');
  CHECK(detect_separator("a,b;c;d\n1,2\n") == ',');
}

TEST_CASE("Separators and line breaks in quotes do not count, nor do blank lines") {
  CHECK(detect_separator("\"a;b;c\",d\n\n\"1;\n2;3\",4\n") == ',');
}

TEST_CASE("Without a separator that fits all lines, the header decides") {
  CHECK(detect_separator("a;b;c,d\n1;2\n1,2,3,4\n") == ';');
}

TEST_CASE("Only ten lines count, and the last one may be cut") {
  std::string text = "a;b,c,d\n";
  for (int i = 0; i < 9; ++i) text += "1;2\n";
  CHECK(detect_separator(text + "1,2;3;4;5\n") == ';');
  CHECK(detect_separator(text.substr(0, text.size() - 4) + "1,2;3;4;5\n") == ',');
  CHECK(detect_separator("a;b,c\n1;2,3\n1;") == ',');  // the first of the two that both fit
  CHECK(detect_separator("a;b") == ';');
}

TEST_CASE("A header without any separator gives none") { CHECK(detect_separator("a:b\n1,2\n") == 0); }

TEST_CASE("Separators have names") {
  CHECK(separator_named("auto") == 0);
  CHECK(sand::domains::name_of_separator(0) == "auto");
  for (const char* name : {"comma", "semicolon", "tab", "bar"})
    CHECK(sand::domains::name_of_separator(separator_named(name)) == name);
  for (const char c : {',', ';', '|', '\t'}) CHECK(separator_named(std::string(1, c)) == c);
  CHECK_THROWS_WITH_AS(separator_named("::"),
                       "separator: must be auto, comma, semicolon, tab or bar\n    found \"::\"",
                       sand::Error);
  CHECK_THROWS_AS(separator_named(""), sand::Error);
  CHECK_THROWS_AS(separator_named(":"), sand::Error);
}
