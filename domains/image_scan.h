// Lists the photos in the folders of a data set by the names of files and folders. Opens no file.
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
  std::string unreadable;  ///< the reason; "" if it can be read
};

/// The content of a data set's folder. Every list is in byte order of the names.
struct ImageScan {
  std::vector<std::string> domains;
  std::vector<std::vector<ImageFile>> files;             ///< by domain
  std::map<std::string, std::set<std::size_t>> classes;  ///< -> the domains with a folder of that name
  std::size_t images = 0;                                ///< files whose name is that of an image
  std::size_t passed_over = 0;                           ///< other files in class folders
  std::set<std::string> litter;                          ///< names of system files: "@eaDir", "Thumbs.db"
};

/// Looks for root/domain/class/image.jpg. A file is an image if it has the extension of any photo format, in
/// any case; so an unsupported format is reported, not missed. Ignores hidden files, system files, and files
/// next to the folders of domains and classes. A folder in a class is in `files` as unreadable, and so is a
/// symbolic link unless links are followed.
///
/// Throws Error: missing (no such folder), io (not readable), data (no image; two domains, or two classes
/// of different domains, whose names are alike).
ImageScan scan_images(const std::filesystem::path& root, bool follow_links = false);

/// All images in a folder and in the folders in it, at any depth, in byte order of their names. Ignores what
/// scan_images() ignores. Throws Error: missing (no such folder), io (not readable), data (no image).
std::vector<ImageFile> images_below(const std::filesystem::path& folder, bool follow_links = false);

/// Throws Error(data) for a class without any file or, if unreadable files are skipped, without any readable
/// file.
void check_classes(const std::filesystem::path& root, const ImageScan& found, bool skip_unreadable);

/// The names of the folders in `folder`, in byte order, without hidden folders (".git") and system folders.
/// Throws Error: missing (no such folder), io (not readable).
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace sand::domains
