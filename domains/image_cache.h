// What image_folder() expects of a store that keeps decoded images from one start to the next.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace sand::domains {

/// Knows images by the content of their files, whatever the files are called. Its functions are called in
/// this order, once each but decoded(). They throw nothing because of the store itself: without it, images
/// are decoded.
class ImageCache {
 public:
  virtual ~ImageCache() = default;

  /// Reads the files that will be asked for. Whether images of them may be known.
  virtual bool look_up(const std::vector<std::filesystem::path>& files) = 0;
  /// Writes the known images to their places in `images` [n, 3, side, side], and their EXIF orientation to
  /// `orientations` [n]. Returns which of the n files are known; of the others it may write anything.
  virtual std::vector<bool> recall(std::span<std::uint8_t> images, std::span<std::uint8_t> orientations) = 0;
  /// File number `image` is about to be decoded from these bytes. Called by several threads at once, for
  /// different files.
  virtual void decoded(std::size_t image, std::span<const std::uint8_t> file) = 0;
  /// Keeps all images that are readable [n].
  virtual void keep(const std::vector<bool>& readable, std::span<const std::uint8_t> images,
                    std::span<const std::uint8_t> orientations) = 0;
};

}  // namespace sand::domains
