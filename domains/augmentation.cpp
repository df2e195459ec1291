#include "domains/augmentation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "domains/resize.h"
#include "tensor/elementary.h"
#include "tensor/sum.h"

namespace sand::domains {
namespace {

struct Crop {
  int left = 0, top = 0, width = 0, height = 0;
};

/// torchvision's RandomResizedCrop: ten tries, then the whole image, whose ratio is 1.
Crop draw_crop(int side, Random& random) {
  const double log_ratio = sand::log(4.0 / 3);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = random.uniform(0.7, 1) * side * side;
    const double ratio = sand::exp(random.uniform(-log_ratio, log_ratio));
    const int width = static_cast<int>(std::sqrt(area * ratio) + 0.5),
              height = static_cast<int>(std::sqrt(area / ratio) + 0.5);
    if (width > side || height > side) continue;
    const auto place = [&](int length) {
      return static_cast<int>(random.below(static_cast<std::uint32_t>(side - length + 1)));
    };
    const int top = place(height);
    return {place(width), top, width, height};
  }
  return {0, 0, side, side};
}

Scalar unit(Scalar x) { return std::clamp(x, Scalar{0}, Scalar{1}); }

/// Three planes of `pixels` numbers. All operations keep them in 0 .. 1.
class Colours {
 public:
  Colours(Scalar* first, std::size_t pixels)
      : red_(first), green_(first + pixels), blue_(first + 2 * pixels), pixels_(pixels) {}

  void brightness(Scalar factor) {
    for (std::size_t i = 0; i < 3 * pixels_; ++i) red_[i] = unit(factor * red_[i]);
  }

  void contrast(Scalar factor) {
    std::vector<Scalar> greys(pixels_);
    for (std::size_t i = 0; i < pixels_; ++i) greys[i] = grey(i);
    const Scalar rest = (1 - factor) * static_cast<Scalar>(sum(std::span<const Scalar>(greys)) /
                                                           static_cast<double>(pixels_));
    for (std::size_t i = 0; i < 3 * pixels_; ++i) red_[i] = unit(factor * red_[i] + rest);
  }

  void saturation(Scalar factor) {
    for (std::size_t i = 0; i < pixels_; ++i) {
      const Scalar rest = (1 - factor) * grey(i);
      for (Scalar* plane : {red_, green_, blue_}) plane[i] = unit(factor * plane[i] + rest);
    }
  }

  /// Shifts the hue by `turn` of the circle, as a conversion to HSV and back would.
  void hue(Scalar turn) {
    for (std::size_t i = 0; i < pixels_; ++i) {
      const Scalar r = red_[i], g = green_[i], b = blue_[i];
      const Scalar value = std::max({r, g, b}), chroma = value - std::min({r, g, b});
      if (chroma == 0) continue;
      const Scalar sixths = value == r   ? (g - b) / chroma
                            : value == g ? 2 + (b - r) / chroma
                                         : 4 + (r - g) / chroma;
      const auto channel = [&](int offset) {
        const Scalar raw = static_cast<Scalar>(offset) + sixths + 6 * turn;
        const Scalar k = raw - 6 * std::floor(raw / 6);
        return value - chroma * unit(std::min(k, 4 - k));
      };
      red_[i] = channel(5);
      green_[i] = channel(3);
      blue_[i] = channel(1);
    }
  }

 private:
  Scalar grey(std::size_t i) const {  // luma of ITU-R BT.601
    return static_cast<Scalar>(0.299) * red_[i] + static_cast<Scalar>(0.587) * green_[i] +
           static_cast<Scalar>(0.114) * blue_[i];
  }

  Scalar *red_, *green_, *blue_;
  std::size_t pixels_;
};

}  // namespace

void augment(std::span<const std::uint8_t> image, int side, Random random, std::span<Scalar> out) {
  const Crop crop = draw_crop(side, random);
  RgbView part = RgbView::planar(image.data(), side, side);
  part.first += crop.top * part.row + crop.left * part.pixel;
  part.width = crop.width;
  part.height = crop.height;
  std::vector<std::uint8_t> bytes(out.size());
  std::vector<std::byte> scratch(resize_scratch(crop.width, crop.height, side));
  resize(part, side, bytes, scratch);

  const bool mirrored = random.uniform() < 0.5;
  for (std::size_t row = 0; row < out.size(); row += static_cast<std::size_t>(side))
    for (int x = 0; x < side; ++x)
      out[row + static_cast<std::size_t>(mirrored ? side - 1 - x : x)] =
          static_cast<Scalar>(bytes[row + static_cast<std::size_t>(x)]) / 255;

  Colours colours(out.data(), out.size() / 3);
  const std::vector<std::uint32_t> order = random.permutation(4);
  const auto draw = [&](double low, double high) { return static_cast<Scalar>(random.uniform(low, high)); };
  const Scalar brightness = draw(0.7, 1.3), contrast = draw(0.7, 1.3), saturation = draw(0.7, 1.3),
               hue = draw(-0.3, 0.3);
  for (const std::uint32_t what : order) switch (what) {
      case 0: colours.brightness(brightness); break;
      case 1: colours.contrast(contrast); break;
      case 2: colours.saturation(saturation); break;
      default: colours.hue(hue); break;
    }
  if (random.uniform() < 0.1) colours.saturation(0);
}

}  // namespace sand::domains
