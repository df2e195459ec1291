// Photos without labels: all images in a folder, as a trained network sees them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "tensor/threads.h"

namespace sand::domains {

struct ImageFilesOptions {
  int side = 64;                                                ///< h = w of an example, 8 to 512
  bool skip_unreadable = false;                                 ///< leave unreadable images out with a note
  bool follow_links = false;                                    ///< follow symbolic links below the folder
  std::uint64_t memory = std::uint64_t{1} << 34;                ///< bytes for images and decoders
  std::function<void(int done, int total)> progress = nullptr;  ///< images; one thread calls it at a time
  Note note = nullptr;                                          ///< one line for each image left out
};

struct ImageFiles {
  std::vector<std::string> names;  ///< relative to the folder, printable
  Domain images;                   ///< with labels 0; normalised as in image_folder()
};

/// Decodes the images of images_below() in sandboxes. Throws what it throws; Error(data), with the first few
/// reasons, for unreadable images, and if none is readable; Error(resources) if they do not fit into memory.
ImageFiles image_files(const std::filesystem::path& folder, const ImageFilesOptions& options,
                       const Threads& threads);

}  // namespace sand::domains
