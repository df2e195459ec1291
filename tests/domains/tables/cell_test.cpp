#include "domains/tables/cell.h"

#include <doctest/doctest.h>

#include <cmath>

using sand::domains::Cell;
using sand::domains::parse_cell;
using Kind = sand::domains::Cell::Kind;

namespace {

double number(std::string_view text, bool decimal_comma = false) {
  const Cell cell = parse_cell(text, decimal_comma);
  CHECK_MESSAGE(cell.kind == Kind::number, text);
  return cell.value;
}

Kind kind(std::string_view text, bool decimal_comma = false) { return parse_cell(text, decimal_comma).kind; }

}  // namespace

TEST_CASE("Decimal numbers are the nearest doubles") {
  CHECK(number("0") == 0);
  CHECK(std::signbit(number("-0")));
  CHECK(number("+2.5") == 2.5);
  CHECK(number(".5") == 0.5);
  CHECK(number("5.") == 5);
  CHECK(number(" \t-1e-3 ") == -1e-3);
  CHECK(number("1E5") == 1e5);
  CHECK(number("0.1000000000000000055511151231257827021181583404541015625") == 0.1);
  CHECK(number("4.9e-324") == 4.9e-324);
  CHECK(number("1.7976931348623157e308") == 1.7976931348623157e308);
}

TEST_CASE("Six texts say that a cell is missing") {
  for (const char* text : {"", "  ", "NA", "NaN", "nan", "null", "?", " NA "})
    CHECK(kind(text) == Kind::missing);
  for (const char* text : {"na", "N/A", "-nan", "nan(1)", "none", "-"}) CHECK(kind(text) == Kind::text);
}

TEST_CASE("What is no decimal number is text") {
  for (const char* text :
       {"x", "1x", "0x10", "1e", "--1", "+-1", "++1", "+", ".", "1 2", "1,234,567", "1,2.5", "5%"})
    CHECK_MESSAGE(kind(text) == Kind::text, text);
}

TEST_CASE("Infinity and numbers outside of a double's range are told apart from text") {
  for (const char* text : {"inf", "-inf", "Infinity", "+inf"}) CHECK(kind(text) == Kind::infinite);
  for (const char* text : {"1e999", "-1e999", "1e-999"}) CHECK(kind(text) == Kind::out_of_range);
}

TEST_CASE("A decimal comma is read on request only, and then a decimal point is not") {
  CHECK(kind("3,14") == Kind::decimal_comma);
  CHECK(kind("+3,14") == Kind::decimal_comma);
  CHECK(number("3,14", true) == 3.14);
  CHECK(number("-,5", true) == -0.5);
  CHECK(number("1e3", true) == 1000);
  CHECK(kind("3.14", true) == Kind::decimal_point);
  CHECK(kind("1.234,5", true) == Kind::text);
  CHECK(kind("1,234,5", true) == Kind::text);
  CHECK(kind("NA", true) == Kind::missing);
  CHECK(kind("a,b", true) == Kind::text);
}
