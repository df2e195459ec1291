// Files with pictures, which may come from anybody, as small square images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "domains/sandbox.h"

namespace sand::domains {

/// Decodes JPEG and PNG files in a sandbox of its own; like that, of one thread.
class ImageDecoder {
 public:
  /// Images come out with `side` x `side` pixels, 8 to 512. Throws Error(usage) for another side, and what Sandbox throws.
  explicit ImageDecoder(int side);

  /// Reads `file` and writes it, resized, to `pixels` [3, side, side]. Returns "", or in one phrase why that is impossible:
  /// no regular file (a symbolic link is not followed), empty or larger than 64 MiB, neither JPEG nor PNG or of a kind that is
  /// not read (decode_rgb.h), damaged or cut, more than 40 million pixels, or such that the decoder crashed or took more than 10 s.
  std::string decode(const std::filesystem::path& file, std::span<std::uint8_t> pixels);

  /// Whether the kernel watches over the decoder; see Sandbox.
  bool confined() const { return sandbox_.confined(); }

 private:
  int side_;
  Sandbox sandbox_;
};

}  // namespace sand::domains
