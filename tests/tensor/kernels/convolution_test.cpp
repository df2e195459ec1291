// Every table of kernels against plain loops, to the last bit, and tiles against sums term by term.
#include "tensor/kernels/convolution.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tests/tensor/numbers.h"

using sand::Index;
using sand::Scalar;
using sand::kernels::Convolution;
using sand::kernels::ConvolutionMethod;
using sand::kernels::Table;
using sand::testing::random_numbers;
using sand::testing::same_bits;

namespace {

constexpr Scalar kCanary = Scalar{-12345.5};
constexpr Index kMargin = 40;  // numbers on either side that no kernel may write

using Numbers = std::vector<Scalar>;

/// Room for `count` numbers with a margin on both sides.
struct Guarded {
  explicit Guarded(Index count, Scalar value = 0)
      : numbers(static_cast<std::size_t>(count + 2 * kMargin), kCanary) {
    std::fill(numbers.begin() + kMargin, numbers.end() - kMargin, value);
  }
  Scalar* data() { return numbers.data() + kMargin; }
  bool intact() const {
    const auto whole = [](Scalar number) { return number == kCanary; };
    return std::all_of(numbers.begin(), numbers.begin() + kMargin, whole) &&
           std::all_of(numbers.end() - kMargin, numbers.end(), whole);
  }
  Numbers content() const { return {numbers.begin() + kMargin, numbers.end() - kMargin}; }
  Numbers numbers;
};

struct Inputs {
  Convolution s;
  Index images;
  Numbers x, w, bias, dy;
};

Inputs inputs_of(const Convolution& s, Index images) {
  return {s,
          images,
          random_numbers(images * s.height * s.width * s.channels, 1),
          random_numbers(s.outputs * s.channels * s.kernel_height * s.kernel_width, 2),
          random_numbers(s.outputs, 3),
          random_numbers(images * s.out_height * s.out_width * s.outputs, 4)};
}

struct Results {
  Numbers y, dx, dw;
};

/// Forward and backward; gradients are added onto 7.
Results run(const Table& table, const Inputs& in) {
  const Convolution& s = in.s;
  Guarded filters(table.filters_size(s)), kept(table.kept_size(s, in.images)),
      scratch(table.scratch_size(s, in.images));
  Guarded y(static_cast<Index>(in.dy.size())), dx(static_cast<Index>(in.x.size()), 7),
      dw(static_cast<Index>(in.w.size()), 7);
  for (int part = 0; part < 3; ++part) table.prepare_filters(s, in.w.data(), true, filters.data(), part, 3);
  table.convolve(s, in.images, in.x.data(), filters.data(), in.bias.data(), y.data(), kept.data(),
                 scratch.data());
  std::fill(scratch.numbers.begin() + kMargin, scratch.numbers.end() - kMargin,
            std::numeric_limits<Scalar>::quiet_NaN());
  table.convolve_back(s, in.images, in.x.data(), filters.data(), in.dy.data(), dx.data(), nullptr,
                      kept.data(), scratch.data());
  table.convolve_back(s, in.images, in.x.data(), filters.data(), in.dy.data(), nullptr, dw.data(),
                      kept.data(), scratch.data());
  for (const Guarded* block : {&filters, &kept, &scratch, &y, &dx, &dw}) CHECK(block->intact());
  return {y.content(), dx.content(), dw.content()};
}

double relative_rms(const Numbers& a, const Numbers& b) {
  double squares = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    squares += std::pow(static_cast<double>(a[i] - b[i]), 2);
    scale += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(squares / scale);
}

Convolution shape_of(Index height, Index width, Index channels, Index outputs, Index kernel, Index stride,
                     Index padding, Index tile) {
  Convolution s =
      sand::kernels::convolution({1, height, width, channels}, {outputs, channels, kernel, kernel}, stride,
                                 padding, ConvolutionMethod::direct);
  s.tile = tile;
  return s;
}

void check_every_table(const Convolution& s, Index images) {
  int count = 0;
  const Table* const* list = sand::kernels::tables(&count);
  const Inputs in = inputs_of(s, images);
  const Results expected = run(*list[0], in);
  for (int i = 1; i < count; ++i) {
    const Results found = run(*list[i], in);
    const bool same = same_bits(found.y, expected.y) && same_bits(found.dx, expected.dx) &&
                      same_bits(found.dw, expected.dw);
    CHECK_MESSAGE(same, std::string(list[i]->name), ": ", s.height, "x", s.width, "x", s.channels, " to ",
                  s.outputs, ", kernel ", s.kernel_height, ", stride ", s.stride, ", padding ", s.padding,
                  ", tile ", s.tile);
  }
}

std::vector<Index> tiles_of(Index stride) {
  return stride == 1 ? std::vector<Index>{2, 4, 5} : std::vector<Index>{4, 5, 7};
}

}  // namespace

TEST_CASE(
    "Every table convolves term by term with the same bits, on awkward sizes, and writes nowhere else") {
  for (const Index channels : {1, 3, 17})
    for (const Index outputs : {1, 16, 33})
      for (const Index kernel : {1, 3, 5})
        for (const Index stride : {1, 2, 3})
          for (Index padding = 0; padding < std::min<Index>(kernel, 3); ++padding)
            check_every_table(shape_of(7, 9, channels, outputs, kernel, stride, padding, 0), 2);
}

TEST_CASE("Every table convolves in tiles with the same bits, on awkward sizes, and writes nowhere else") {
  for (const Index channels : {1, 16, 33})
    for (const Index outputs : {1, 17, 32})
      for (const Index stride : {1, 2})
        for (const Index tile : tiles_of(stride))
          for (const Index padding : {0, 1, 2})
            check_every_table(shape_of(7, 12, channels, outputs, 3, stride, padding, tile), 3);
}

TEST_CASE("More tiles than a block has, and more channels than a panel has, change no bit") {
  for (const Index stride : {1, 2})
    for (const Index tile : tiles_of(stride))
      for (const Index at_once : {5, 36}) {
        Convolution s = shape_of(14, 14, 70, 40, 3, stride, 1, tile);
        s.at_once = at_once;
        check_every_table(s, 9);
      }
}

TEST_CASE(
    "A row of x that no output sees gets no gradient, and a filter larger than x is fine with padding") {
  check_every_table(shape_of(8, 8, 3, 4, 1, 3, 0, 0), 1);
  check_every_table(shape_of(1, 1, 3, 4, 3, 1, 1, 0), 2);
  check_every_table(shape_of(2, 1, 3, 4, 5, 2, 4, 0), 2);
}

TEST_CASE("A filter may be rectangular") {
  for (const auto& [height, width] : {std::pair<Index, Index>{1, 5}, {5, 1}, {2, 3}})
    for (const Index stride : {1, 2})
      check_every_table(sand::kernels::convolution({1, 6, 7, 3}, {4, 3, height, width}, stride, 0,
                                                   ConvolutionMethod::direct),
                        2);
}

TEST_CASE(
    "Tiles compute the convolution: in double to rounding, in float to 1e-5 relative rms, gradients too") {
  for (const Index stride : {1, 2})
    for (const Index tile : tiles_of(stride))
      for (const Index padding : {0, 1, 2}) {
        const Inputs direct = inputs_of(shape_of(14, 17, 64, 33, 3, stride, padding, 0), 2);
        Inputs tiled = direct;
        tiled.s.tile = tile;
        const Results expected = run(sand::kernels::chosen(), direct),
                      found = run(sand::kernels::chosen(), tiled);
        const double limit = sizeof(Scalar) == 8 ? 1e-13 : 1e-5;
        CHECK(relative_rms(found.y, expected.y) < limit);
        CHECK(relative_rms(found.dx, expected.dx) < limit);
        CHECK(relative_rms(found.dw, expected.dw) < limit);
      }
}

TEST_CASE(
    "The gradients of plain loops are the transposes of the convolution: <dy, x * w> = <dx, x> = <dw, w>") {
  for (const Index stride : {1, 2, 3})
    for (const Index kernel : {1, 3, 5}) {
      Inputs in = inputs_of(shape_of(9, 7, 3, 5, kernel, stride, kernel / 2, 0), 2);
      std::fill(in.bias.begin(), in.bias.end(), Scalar{0});
      const Results r = run(sand::kernels::reference(), in);
      const auto dot = [](const Numbers& a, const Numbers& b, double less) {
        double total = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
          total += (static_cast<double>(a[i]) - less) * static_cast<double>(b[i]);
        return total;
      };
      const double expected = dot(r.y, in.dy, 0),
                   scale = static_cast<double>(in.dy.size()) * (sizeof(Scalar) == 8 ? 1e-14 : 1e-5);
      CHECK(std::fabs(dot(r.dx, in.x, 7) - expected) < scale);
      CHECK(std::fabs(dot(r.dw, in.w, 7) - expected) < scale);
    }
}

TEST_CASE(
    "Tiles are chosen by size: few channels and odd filters go term by term, 14 pixels take tiles of 5, or "
    "of 7 with stride 2, 16 of 4") {
  const auto tile = [](Index side, Index channels, Index kernel, Index stride) {
    return sand::kernels::convolution({8, side, side, channels}, {128, channels, kernel, kernel}, stride,
                                      kernel / 2, ConvolutionMethod::winograd)
        .tile;
  };
  CHECK(tile(14, 128, 3, 1) == 5);
  CHECK(tile(16, 128, 3, 1) == 4);
  CHECK(tile(2, 128, 3, 1) == 2);
  CHECK(tile(28, 64, 3, 2) == 7);
  CHECK(tile(16, 128, 3, 2) == 4);
  CHECK(tile(28, 3, 3, 1) == 0);
  CHECK(tile(14, 128, 5, 1) == 0);
  CHECK(tile(14, 128, 3, 3) == 0);
}
