// The handwritten digits of MNIST (LeCun, Cortes, Burges), read from the four published files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sand::domains {

/// Grey images of digits, white ink on black. The coloured and rotated data sets are made from them.
struct Digits {
  static constexpr int kSide = 28;                       ///< h = w
  static constexpr std::size_t kPixels = kSide * kSide;  ///< of one image

  std::string source;                             ///< a phrase that names the source
  std::vector<std::uint8_t> pixels;               ///< [n, 28, 28]
  std::vector<std::uint8_t> labels;               ///< [n], the digit 0 .. 9
  std::vector<std::filesystem::path> files = {};  ///< the files that were read

  std::uint32_t size() const { return static_cast<std::uint32_t>(labels.size()); }
};

enum class MnistPart {
  train,  ///< 60,000 digits
  test,   ///< 10,000 digits
  both,   ///< train, then test
};

/// Reads MNIST, or another data set in its format, such as Fashion-MNIST or KMNIST. `source` says which of
/// the two, by the MD5 of the files. Searches `directory`, `directory`/mnist, and the folders of torchvision,
/// `directory`/MNIST/raw and `directory`/raw. Files are raw or gzipped, named train-images-idx3-ubyte or
/// train-images.idx3-ubyte, or are in a folder of such a name. Throws Error(missing) with the names, the
/// searched folders and what was found instead; Error(data) for files that do not fit; and what read_idx
/// throws.
Digits read_mnist(const std::filesystem::path& directory, MnistPart part);

}  // namespace sand::domains
