// Decodes image files to small square images. The files are untrusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "domains/memory_budget.h"
#include "domains/sandbox.h"

namespace sand::domains {

/// Raise it if any file gives other pixels or another orientation than before: caches of images name it.
inline constexpr int kDecoderVersion = 1;

struct ImageDecoderOptions {
  bool follow_links = false;
  bool turn = false;  ///< turn images upright, as their EXIF orientation says
  /// Shared by decoders that work at the same time; nullptr: no limit
  MemoryBudget* memory = nullptr;
};

/// Decodes JPEG and PNG files in its own sandbox. Like Sandbox, it belongs to one thread.
class ImageDecoder {
 public:
  /// Output images have `side` x `side` pixels, 8 to 512. Throws Error(usage) for another side, and what
  /// Sandbox throws.
  explicit ImageDecoder(int side, const ImageDecoderOptions& options = {});

  /// Reads `file` and writes it, resized, to `pixels` [3, side, side]. Returns "", or a phrase that says why
  /// the file cannot be decoded: no permission to read it; not a regular file (a symbolic link, unless links
  /// are followed); empty or larger than 64 MiB; neither JPEG nor PNG, or an unsupported kind (decode_rgb.h);
  /// damaged or cut; more than 40 million pixels; or the decoder crashed, fell asleep or took more than 10 s.
  /// Throws Error if the file is not the cause: io (reading failed, the file is gone), resources (too many
  /// open files, no memory, an image too large for the budget, a decoder that the system killed or stopped).
  /// Calls `look`, if any, with the bytes of the file before they are decoded.
  using Look = std::function<void(std::span<const std::uint8_t> file)>;
  std::string decode(const std::filesystem::path& file, std::span<std::uint8_t> pixels,
                     const Sandbox::Waiting& waiting = {}, const Look& look = {});

  int orientation() const { return orientation_; }  ///< of the last file that was decoded: 1 to 8 (exif.h)

  /// Most bytes that an image has taken.
  std::uint64_t most_memory() const { return most_memory_; }

  /// Wall-clock seconds lost on images that crashed or stalled the decoder.
  double seconds_lost() const { return seconds_lost_; }

  /// Whether the kernel restricts the decoder; see Sandbox.
  bool confined() const { return sandbox_.confined(); }

 private:
  int side_;
  ImageDecoderOptions options_;
  std::uint64_t most_memory_ = 0;
  double seconds_lost_ = 0;
  int orientation_ = 1;
  Sandbox sandbox_;
};

}  // namespace sand::domains
