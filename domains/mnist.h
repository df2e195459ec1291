// The handwritten digits of MNIST (LeCun, Cortes, Burges), from the four files that everybody has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sand::domains {

/// Grey images of digits, white ink on black, one after another: what the coloured and rotated data sets are made from.
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

/// Reads MNIST from `directory`, `directory`/mnist or `directory`/MNIST/raw (torchvision), raw or gzipped. Throws
/// Error(missing) with the names looked for and where, Error(data) for files that are not MNIST, and what read_idx throws.
Digits read_mnist(const std::filesystem::path& directory, MnistPart part);

}  // namespace sand::domains
