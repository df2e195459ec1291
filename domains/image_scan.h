// Which photos lie in the folders of a data set, by the names of files and folders. No file is opened.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
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
  std::vector<std::vector<ImageFile>> files;             ///< by domain
  std::map<std::string, std::set<std::size_t>> classes;  ///< and the domains with a folder of that name
  std::size_t images = 0;                                ///< files that are images by their name
  std::size_t passed_over = 0;                           ///< other files in the folders of classes
  std::set<std::string> litter;  ///< names of what systems leave behind: "@eaDir", "Thumbs.db"
};

/// Looks for root/domain/class/image.jpg. Images are the files whose ending is that of any format of photos,
/// in any case, so that one that cannot be read is told. Hidden files, litter, and files beside the folders
/// of domains and classes do not count. A folder in a class, and a symbolic link unless links are followed,
/// are in `files` as unreadable.
///
/// Throws Error: missing (no such folder), io (not readable), data (no image; folders of domains, or of
/// classes of different domains, whose names are alike).
ImageScan scan_images(const std::filesystem::path& root, bool follow_links = false);

/// Throws Error(data) for a class without any file, or, where unreadable ones are left out, without any that
/// can be read.
void check_classes(const std::filesystem::path& root, const ImageScan& found, bool skip_unreadable);

/// The names of the folders in `folder`, in the order of their bytes; hidden ones (".git") and litter do not
/// count. Throws Error: missing (no such folder), io (not readable).
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace sand::domains
