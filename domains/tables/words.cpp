#include "domains/tables/words.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "domains/tables/cell.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {

std::uint32_t Words::add(std::string_view text) {
  if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  numbers_.emplace(texts_.back(), number);
  return number;
}

std::vector<std::uint32_t> Words::sorted(bool decimal_comma) const {
  std::vector<std::uint32_t> order(texts_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::vector<Cell> cells;
  for (const std::string& text : texts_) cells.push_back(parse_cell(text, decimal_comma));
  const bool numbers = std::all_of(cells.begin(), cells.end(),
                                   [](const Cell& cell) { return cell.kind == Cell::Kind::number; });
  if (!numbers) {
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return texts_[a] < texts_[b]; });
    return order;
  }
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return std::pair(cells[a].value, a) < std::pair(cells[b].value, b); });
  const auto twice = std::adjacent_find(order.begin(), order.end(),
                                        [&](auto a, auto b) { return cells[a].value == cells[b].value; });
  check(twice == order.end(), [&] {
    return Error(Fault::data, "table: two spellings of one number")
        .fact("found", in_quotes(texts_[twice[0]]) + " and " + in_quotes(texts_[twice[1]]));
  });
  return order;
}

bool is_name(std::string_view text) { return without_controls(text) == text; }

}  // namespace sand::domains
