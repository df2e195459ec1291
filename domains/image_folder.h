// Photos in folders: FOLDER/domain/class/image.jpg, the layout of PACS, VLCS, OfficeHome and TerraIncognita.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domains/domain.h"
#include "domains/image_cache.h"
#include "tensor/threads.h"

namespace sand::domains {

struct ImageFolderOptions {
  std::string name = "ImageFolder";
  int side = 64;                 ///< h = w of an example, 8 to 512
  bool skip_unreadable = false;  ///< skip unreadable images with a note, instead of throwing
  bool follow_links = false;     ///< follow symbolic links below the folder
  bool turn = false;             ///< turn photos upright, as their EXIF orientation says
  ImageCache* cache = nullptr;   ///< of decoded images; the data set is the same without it
  std::uint64_t memory = 0;      ///< bytes for images and decoders; 0: half of the machine's memory
  std::function<void(int done, int total)> progress = nullptr;  ///< images; one thread calls it at a time
  std::function<void(const std::string& line)> note = nullptr;  ///< one line for each skipped file or problem
};

/// Folders are domains and classes, in byte order of their names. The classes are those of all domains
/// together. Images are in byte order, too (image_scan.h). Each thread decodes them in its own sandbox; they
/// are resized, turned if options.turn, and kept as bytes [3, side, side]. An example is (x / 255 - mean) /
/// deviation with ImageNet's mean and deviation of each channel. For training it is augmented
/// (augmentation.h).
///
/// Throws Error: usage (side); missing (no folder); io and resources (the files are not the cause:
/// image_decoder.h; more images than memory); data, with the first few reasons: no image at all, a domain or
/// a class without images, names that are alike, or unreadable files. Symbolic links and folders among images
/// count as unreadable files.
DataSet image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options = {},
                     const Threads& threads = Threads());

}  // namespace sand::domains
