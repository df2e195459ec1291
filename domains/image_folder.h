// Photos in folders: FOLDER/domain/class/image.jpg, as PACS, VLCS, OfficeHome and TerraIncognita come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "tensor/threads.h"

namespace sand::domains {

struct ImageFolderOptions {
  std::string name = "ImageFolder";
  int side = 64;                 ///< h = w of an example, 8 to 512
  bool skip_unreadable = false;  ///< leave out what cannot be read, and note it, instead of throwing
  bool follow_links = false;     ///< symbolic links below the folder
  std::uint64_t memory = 0;  ///< bytes that images and decoders may take; 0 for half of what the machine has
  std::function<void(int done, int total)> progress = nullptr;  ///< images; called by one thread at a time
  std::function<void(const std::string& line)> note = nullptr;  ///< what is left out or amiss, one line each
};

/// Domains and classes are the folders by the order of their bytes, classes those of all domains together;
/// examples are the images by the same order (image_scan.h). They are decoded in sandboxes, one for each
/// thread, resized and kept as bytes [3, side, side]. An example is (x / 255 - mean) / deviation with
/// ImageNet's mean and deviation of each channel; for training it is augmented (augmentation.h).
///
/// Throws Error: usage (side), missing (no folder), io, resources (what is not the files' doing:
/// image_decoder.h; more images than memory), data with the first few reasons: no image at all, a domain or a
/// class without one, names that are alike, or files that cannot be read, which symbolic links and folders
/// among images are, too.
DataSet image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options = {},
                     const Threads& threads = Threads());

}  // namespace sand::domains
