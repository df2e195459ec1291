#include "domains/tables/cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace sand::domains {
namespace {

constexpr std::string_view kBlanks = " \t";

/// The nearest double. A text with a sign of its own and "nan" or "inf" is read, too.
Cell parse_number(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || failure == std::errc::invalid_argument) return {Cell::Kind::text};
  if (failure == std::errc::result_out_of_range) return {Cell::Kind::out_of_range};
  if (std::isinf(value)) return {Cell::Kind::infinite};
  if (std::isnan(value)) return {Cell::Kind::text};  // "-nan", "nan(1)"
  return {Cell::Kind::number, value};
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 6> kMissing = {"", "NA", "NaN", "nan", "null", "?"};
  return std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end();
}

/// The text with one sign exchanged for another, if it occurs once and the other does not.
std::string exchanged(std::string_view text, char from, char to) {
  std::string other(text);
  if (std::count(other.begin(), other.end(), from) != 1 || other.find(to) != std::string::npos) return "";
  std::replace(other.begin(), other.end(), from, to);
  return other;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Cell parse_cell(std::string_view text, bool decimal_comma) {
  if (!decimal_comma)
    if (const Cell cell = parse_number(text); cell.kind == Cell::Kind::number) return cell;
  text = trim(text);
  if (is_missing(text)) return {Cell::Kind::missing};
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const Cell cell = parse_number(text);
  const bool has_point = text.find('.') != std::string_view::npos;
  if (decimal_comma && cell.kind == Cell::Kind::number && has_point) return {Cell::Kind::decimal_point};
  if (cell.kind != Cell::Kind::text) return cell;
  const std::string with_point = exchanged(text, ',', '.');
  if (with_point.empty()) return cell;
  const Cell other = parse_number(with_point);
  if (other.kind == Cell::Kind::text || decimal_comma) return other;
  return {Cell::Kind::decimal_comma};
}

}  // namespace sand::domains
