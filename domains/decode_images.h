// Decodes the images of a folder, each thread in its own sandbox, or takes them from a cache.
#pragma once

#include <cstdint>
#include <vector>

#include "domains/image_folder.h"
#include "domains/image_scan.h"
#include "tensor/threads.h"

namespace sand::domains {

struct DecodedImages {
  std::vector<std::uint8_t> bytes;         ///< [n, 3, side, side]; only those of readable files have meaning
  std::vector<std::uint8_t> orientations;  ///< [n], of readable files: 1 to 8 (exif.h)
  std::uint64_t decoders_memory = 0;       ///< bytes
};

/// Sets the reason of every file that cannot be read. Throws Error(resources) before it takes more memory
/// than the options allow, Error(data) for files that crash or stall the decoder for more than a minute, and
/// what ImageDecoder throws.
DecodedImages decode_images(const std::vector<ImageFile*>& files, const ImageFolderOptions& options,
                            const Threads& threads);

}  // namespace sand::domains
