// Which photos lie in the folders of a data set, by the names of files and folders. No file is opened.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace sand::domains {

struct ImageFile {
  std::filesystem::path path;
  std::string class_name;
  std::string unreadable;  ///< why, "" if it can be read
};

/// What lies in a folder, each by the order of the bytes of the names.
struct ImageScan {
  std::vector<std::string> domains;
  std::vector<std::vector<ImageFile>> files;  ///< by domain
  std::set<std::string> classes;
  std::size_t images = 0;       ///< files that are images by their name
  std::size_t passed_over = 0;  ///< other files in the folders of classes
};

/// Looks for root/domain/class/image.jpg. Throws Error: missing (no such folder), io (not readable), data (no image).
ImageScan scan_images(const std::filesystem::path& root);

/// The names of the folders in `folder`, in the order of their bytes; hidden ones (".git") do not count. Throws Error: missing
/// (no such folder), io (not readable).
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace sand::domains
