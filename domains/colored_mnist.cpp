#include "domains/colored_mnist.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "domains/dealing.h"
#include "tensor/random.h"

namespace sand::domains {
namespace {

constexpr std::uint32_t kFlipStream = 0x666c6970;  // "flip"
constexpr double kLabelNoise = 0.25;

/// The data of one domain. All domains share the digits.
struct Colored {
  std::shared_ptr<const Digits> digits;
  std::vector<std::uint32_t> which;   // digit of each example
  std::vector<std::uint8_t> colours;  // 0 or 1: the channel with the ink
  int stride;                         // 1: every pixel; 2: every second pixel

  int side() const { return Digits::kSide / stride; }

  void read(std::uint32_t example, std::span<Scalar> input) const {
    const std::uint8_t* pixel = digits->pixels.data() + which[example] * Digits::kPixels;
    std::fill(input.begin(), input.end(), Scalar{0});
    auto to = input.begin() + colours[example] * side() * side();
    for (int y = 0; y < Digits::kSide; y += stride)
      for (int x = 0; x < Digits::kSide; x += stride)
        *to++ = static_cast<Scalar>(pixel[y * Digits::kSide + x]) / 255;
  }
};

Domain colored_domain(std::string name, double colour_noise, Colored colored, Random random) {
  Domain domain{std::move(name), {2, colored.side(), colored.side()}, {}, {}};
  for (const std::uint32_t digit : colored.which) {
    const bool first_half = 2 * colored.digits->labels[digit] < colored.digits->classes;
    const bool label = first_half != (random.uniform() < kLabelNoise);
    const bool colour = label != (random.uniform() < colour_noise);
    domain.labels.push_back(label);
    colored.colours.push_back(colour);
  }
  domain.read = [shared = std::make_shared<const Colored>(std::move(colored))](
                    std::uint32_t example, std::span<Scalar> input) { shared->read(example, input); };
  return domain;
}

}  // namespace

DataSet colored_mnist(std::shared_ptr<const Digits> digits, std::uint64_t seed, bool half) {
  const int stride = half ? 2 : 1, side = Digits::kSide / stride;
  require_digits("colored mnist", digits.get());
  const std::vector<std::vector<std::uint32_t>> hands = deal(digits->size(), 3, seed);
  const auto domain = [&](const char* name, double colour_noise, std::uint32_t number) {
    return colored_domain(name, colour_noise, {digits, hands[number], {}, stride},
                          Random(seed, kFlipStream, number));
  };
  return {half ? "ColoredMNIST-14" : "ColoredMNIST",
          digits->source,
          {2, side, side},
          2,
          {domain("+90%", 0.1, 0), domain("+80%", 0.2, 1), domain("-90%", 0.9, 2)},
          {},
          {},
          digits->files};
}

DataSet colored_mnist_irm(std::shared_ptr<const Digits> digits, std::uint64_t seed) {
  require_digits("colored mnist", digits.get());
  const std::uint32_t train = digits->size() - digits->size() / 6;
  const std::vector<std::vector<std::uint32_t>> hands = deal(train, 2, seed);
  std::vector<std::uint32_t> test(digits->size() - train);
  std::iota(test.begin(), test.end(), train);
  const auto domain = [&](const char* name, double colour_noise, std::uint32_t number,
                          std::vector<std::uint32_t> which) {
    return colored_domain(name, colour_noise, {digits, std::move(which), {}, 2},
                          Random(seed, kFlipStream, number));
  };
  return {
      "ColoredMNIST-IRM",
      digits->source,
      {2, 14, 14},
      2,
      {domain("e=0.2", 0.2, 0, hands[0]), domain("e=0.1", 0.1, 1, hands[1]), domain("e=0.9", 0.9, 2, test)},
      {},
      {},
      digits->files};
}

DataSet without_colours(DataSet colored) {
  const Shape both = colored.example, one = {1, both[1], both[2]};
  const auto pixels = static_cast<std::size_t>(one.size());
  colored.name += "-Gray";
  colored.example = one;
  for (Domain& domain : colored.domains) {
    domain.example = one;
    domain.read = [pixels, read = domain.read](std::uint32_t example, std::span<Scalar> input) {
      std::vector<Scalar> channels(2 * pixels);
      read(example, channels);
      for (std::size_t i = 0; i < pixels; ++i) input[i] = channels[i] + channels[pixels + i];
    };
  }
  return colored;
}

}  // namespace sand::domains
