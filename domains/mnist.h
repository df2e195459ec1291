// The handwritten digits of MNIST (LeCun, Cortes, Burges), from the four files that everybody has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sand::domains {

/// Grey images of digits, white ink on black, one after another: what the coloured and rotated data sets are
/// made from.
struct Digits {
  static constexpr int kSide = 28;                       ///< h = w
  static constexpr std::size_t kPixels = kSide * kSide;  ///< of one image

  std::string source;                             ///< one plain phrase on where they are from
  std::vector<std::uint8_t> pixels;               ///< [n, 28, 28]
  std::vector<std::uint8_t> labels;               ///< [n], the digit 0 .. 9
  std::vector<std::filesystem::path> files = {};  ///< that were read

  std::uint32_t size() const { return static_cast<std::uint32_t>(labels.size()); }
};

enum class MnistPart {
  train,  ///< 60,000 digits
  test,   ///< 10,000 digits
  both,   ///< train, then test
};

/// Reads MNIST, or another data set in its format, such as Fashion-MNIST or KMNIST, which `source` tells from
/// it by the MD5 of the files: from `directory`, `directory`/mnist, or where torchvision puts it,
/// `directory`/MNIST/raw or `directory`/raw; raw or gzipped, train-images-idx3-ubyte or
/// train-images.idx3-ubyte, or in a folder of such a name. Throws Error(missing) with the names looked for,
/// where, and what lies there instead, Error(data) for files that do not fit, and what read_idx throws.
Digits read_mnist(const std::filesystem::path& directory, MnistPart part);

}  // namespace sand::domains
