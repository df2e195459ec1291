// Files with pictures, which may come from anybody, as small square images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "domains/memory_budget.h"
#include "domains/sandbox.h"

namespace sand::domains {

struct ImageDecoderOptions {
  bool follow_links = false;
  /// which decoders that work at the same time share; none: as much as it takes
  MemoryBudget* memory = nullptr;
};

/// Decodes JPEG and PNG files in a sandbox of its own; like that, of one thread.
class ImageDecoder {
 public:
  /// Images come out with `side` x `side` pixels, 8 to 512. Throws Error(usage) for another side, and what
  /// Sandbox throws.
  explicit ImageDecoder(int side, const ImageDecoderOptions& options = {});

  /// Reads `file` and writes it, resized, to `pixels` [3, side, side]. Returns "", or in one phrase why the
  /// file makes that impossible: one that may not be read, no regular file (a symbolic link, unless links are
  /// followed), empty or larger than 64 MiB, neither JPEG nor PNG or of a kind that is not read
  /// (decode_rgb.h), damaged or cut, more than 40 million pixels, or such that the decoder crashed, fell
  /// asleep or took more than 10 s. Throws Error for what is not the file's doing: io (reading failed; it is
  /// gone), resources (too many open files, no memory, an image too large for the budget, a decoder that the
  /// system killed or stopped).
  std::string decode(const std::filesystem::path& file, std::span<std::uint8_t> pixels,
                     const Sandbox::Waiting& waiting = {});

  /// Bytes that an image has taken at most.
  std::uint64_t most_memory() const { return most_memory_; }

  /// By the clock, on images that the decoder did not survive.
  double seconds_lost() const { return seconds_lost_; }

  /// Whether the kernel watches over the decoder; see Sandbox.
  bool confined() const { return sandbox_.confined(); }

 private:
  int side_;
  ImageDecoderOptions options_;
  std::uint64_t most_memory_ = 0;
  double seconds_lost_ = 0;
  Sandbox sandbox_;
};

}  // namespace sand::domains
