#include "experiments/explain/layer_explanation.h"

#include <algorithm>
#include <cmath>

#include "experiments/explain/number_text.h"
#include "experiments/explain/picture.h"
#include "optim/agreement.h"
#include "tensor/digits.h"
#include "tensor/sum.h"

namespace sand::experiments {
namespace {

template <class Number>
Range range_of(const std::string& name, std::span<const Number> numbers) {
  const auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
  return {name, static_cast<double>(*least), sum(numbers) / static_cast<double>(numbers.size()),
          static_cast<double>(*greatest)};
}

constexpr int kMostPoints = 1024, kSide = 384, kMargin = 4;

/// A slot as a two-dimensional table of numbers.
struct Sheet {
  Index rows, columns, size;
  Index block, zoom;  // numbers per side of a point, pixels per side of a point

  explicit Sheet(const Shape& shape) : rows(shape.rows()), columns(shape.columns()), size(shape.size()) {
    if (columns == 1) {
      columns = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(size))));
      rows = (size + columns - 1) / columns;
    }
    const Index longest = std::max(rows, columns);
    block = (longest + kMostPoints - 1) / kMostPoints;
    zoom = std::max<Index>(1, kSide / points(longest));
  }
  Index points(Index numbers) const { return (numbers + block - 1) / block; }
  Index width() const { return points(columns) * zoom; }
  Index height() const { return points(rows) * zoom; }

  void draw(Picture& picture, Index left, const std::vector<double>& numbers) const {
    for (Index v = 0; v < points(rows); ++v)
      for (Index u = 0; u < points(columns); ++u) {
        double total = 0;
        int count = 0;
        for (Index i = v * block; i < std::min((v + 1) * block, rows); ++i)
          for (Index j = u * block; j < std::min((u + 1) * block, columns) && i * columns + j < size;
               ++j, ++count)
            total += numbers[static_cast<std::size_t>(i * columns + j)];
        if (count == 0) continue;  // past the end of a vector
        const double heat = 3 * total / count;
        for (Index y = v * zoom; y < (v + 1) * zoom; ++y)
          for (Index x = u * zoom; x < (u + 1) * zoom; ++x)
            picture.set(static_cast<int>(left + x), static_cast<int>(kMargin + y), heat, heat - 1, heat - 2);
      }
  }
};

}  // namespace

LayerExplanation::LayerExplanation(const GradientTable& table, const optim::Direction& direction,
                                   const Slot& of, const std::vector<std::string>& domain_names)
    : slot(of) {
  const Index end = slot.offset + slot.shape.size();
  for (Index first = slot.offset; first < end; first += optim::Agreement::kColumns) {
    const optim::Agreement block(table, first,
                                 static_cast<int>(std::min<Index>(optim::Agreement::kColumns, end - first)));
    for (int j = 0; j < block.columns(); ++j) {
      const Scalar m = direction.has_mask() ? direction.mask[first + j] : Scalar{1};
      ++(m == 0 ? closed : m < 0.99 ? partial : open);
      mask.push_back(m);
      agreement.push_back(block.agreement(j));
    }
  }
  ranges = {range_of("mask", std::span<const double>(mask)),
            range_of("agreement", std::span<const double>(agreement))};
  for (int e = 0; e < table.domains(); ++e) {
    const auto name = static_cast<std::size_t>(e) < domain_names.size()
                          ? domain_names[static_cast<std::size_t>(e)]
                          : std::to_string(e);
    ranges.push_back(range_of("gradient of domain " + name, table.gradient(e, slot).numbers()));
  }
}

std::string LayerExplanation::text() const {
  std::size_t width = 0;
  for (const Range& range : ranges) width = std::max(width, range.name.size() + 2);
  std::string text = slot.name + " " + slot.shape.text() + ", " + std::to_string(mask.size()) +
                     " weights: " + std::to_string(closed) + " with m = 0, " + std::to_string(partial) +
                     " between, " + std::to_string(open) + " with m >= 0.99\n" + padded("", width + 2) +
                     padded("least", 26) + padded("mean", 26) + "greatest\n";
  for (const Range& range : ranges)
    text += "  " + padded(range.name, width) + padded(exact(range.least), 26) +
            padded(exact(range.mean), 26) + exact(range.greatest) + "\n";
  return text;
}

std::string LayerExplanation::json() const {
  nlohmann::ordered_json shape = nlohmann::ordered_json::array(), list = nlohmann::ordered_json::array();
  for (int axis = 0; axis < slot.shape.rank(); ++axis) shape.push_back(slot.shape[axis]);
  for (const Range& range : ranges)
    list.push_back(
        {{"name", range.name}, {"least", range.least}, {"mean", range.mean}, {"greatest", range.greatest}});
  return nlohmann::ordered_json{{"slot", slot.name}, {"shape", shape},     {"weights", mask.size()},
                                {"closed", closed},  {"partial", partial}, {"open", open},
                                {"ranges", list}}
      .dump();
}

void LayerExplanation::write_heat_map(const std::string& path) const {
  const Sheet sheet(slot.shape);
  Picture picture(static_cast<int>(2 * sheet.width() + 3 * kMargin),
                  static_cast<int>(sheet.height() + 2 * kMargin));
  sheet.draw(picture, kMargin, mask);
  sheet.draw(picture, 2 * kMargin + sheet.width(), agreement);
  picture.write_png(path);
}

}  // namespace sand::experiments
